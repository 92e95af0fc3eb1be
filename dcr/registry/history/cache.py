"""Facts of contents by object id, kept between runs in the user's cache folder: an optimisation, never an answer.

Never in the repository, where an archive or a shared workspace could bring facts that somebody made up. One
file for each repository, with a checksum over all of it; whatever is off about it is a miss.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import stat
import tempfile
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from dcr.registry.history.facts import FileFacts, facts_from_json, facts_to_json
from dcr.version import __version__

if TYPE_CHECKING:
    from collections.abc import Mapping

MAX_FILE_BYTES = 64 * 1024 * 1024
"""Bytes of a cache that are read or written; more than any history of contracts needs."""

_FORMAT_VERSION = 2


class FactsCache:
    """The facts known of one repository's blobs. Reads the file when made; never raises for what is wrong with it."""

    def __init__(self, common_dir: str) -> None:
        self._path = _find_cache_path(common_dir)
        self._stored: dict[str, Any] = _load_facts(self._path) if self._path else {}
        self._new: dict[str, Any] = {}

    def find(self, oid: str) -> FileFacts | None:
        """Return the facts of a blob, or None."""
        written = self._stored.get(oid)
        if written is None:
            return None
        try:
            return facts_from_json(written)
        except (TypeError, ValueError, IndexError):
            return None

    def add(self, oid: str, facts: FileFacts) -> None:
        """Remember the facts of a blob, if they hold on any day."""
        if self._path and facts.is_cacheable:
            self._new[oid] = facts_to_json(facts)

    def save(self) -> None:
        """Write what is new beside what was there; where that is not possible, nothing is kept."""
        if self._path and self._new:
            _write_facts(self._path, {**self._stored, **self._new})
            self._stored, self._new = {**self._stored, **self._new}, {}


def _find_cache_path(common_dir: str) -> str | None:
    """Return the file of a repository's facts; None when there is to be no cache."""
    if os.environ.get("DCR_CACHE", "").lower() in ("off", "0", "no", "false"):
        return None
    folder = os.environ.get("XDG_CACHE_HOME") or os.path.join(os.path.expanduser("~"), ".cache")
    if not os.path.isabs(folder):  # no home to be found, or a variable that the standard says to ignore
        return None
    name = hashlib.blake2b(os.fsencode(os.path.realpath(common_dir)), digest_size=12).hexdigest()
    return os.path.join(folder, "dcr", f"facts-{name}.json")


def _load_facts(path: str) -> dict[str, Any]:
    try:
        fd = os.open(path, os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0))
    except (OSError, ValueError):
        return {}
    try:
        with open(fd, "rb") as file:
            found = os.fstat(fd)
            if not stat.S_ISREG(found.st_mode) or found.st_size > MAX_FILE_BYTES or not _is_trusted(found):
                return {}
            heading, _, body = file.read(MAX_FILE_BYTES).partition(b"\n")
        if heading != _build_header(body):
            return {}
        written = json.loads(body)
    except (OSError, ValueError, RecursionError):
        return {}
    return written if isinstance(written, dict) else {}


def _is_trusted(found: os.stat_result) -> bool:
    return not hasattr(os, "geteuid") or (found.st_uid == os.geteuid() and not found.st_mode & stat.S_IWOTH)


def _write_facts(path: str, facts: Mapping[str, Any]) -> None:
    body = json.dumps(facts, separators=(",", ":")).encode("ascii")
    heading = _build_header(body)
    if len(body) + len(heading) >= MAX_FILE_BYTES:
        return
    folder = os.path.dirname(path)
    with contextlib.suppress(OSError, ValueError):
        os.makedirs(folder, mode=0o700, exist_ok=True)
        fd, beside = tempfile.mkstemp(prefix="facts-", suffix=".part", dir=folder)
        try:
            with open(fd, "wb") as file:
                file.write(heading + b"\n" + body)
            os.replace(beside, path)
        except BaseException:
            with contextlib.suppress(OSError):
                os.unlink(beside)
            raise


def _build_header(body: bytes) -> bytes:
    return f"dcr facts {_FORMAT_VERSION} {_identify_reader()} {hashlib.sha256(body).hexdigest()}".encode()


@lru_cache(maxsize=1)
def _identify_reader() -> str:
    """Name the reader that facts come from: dcr's version, and its sources where they can be edited."""
    package = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
    sources = []
    with contextlib.suppress(OSError):
        for folder in ("contract", "formats", "registry"):
            with os.scandir(os.path.join(package, folder)) as entries:
                for each in entries:
                    if each.name.endswith(".py"):
                        known = each.stat()
                        sources.append(f"{folder}/{each.name} {known.st_size} {known.st_mtime_ns}")
    return f"{__version__}-{hashlib.sha256(chr(10).join(sorted(sources)).encode()).hexdigest()[:16]}"
