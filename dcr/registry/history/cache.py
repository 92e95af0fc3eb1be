"""Caches the facts of blobs between runs, in the user's cache folder.

The cache is never in the repository, where an archive or a shared workspace could contain forged facts. There is one
file for each repository, with a checksum. A file that is damaged in any way counts as a cache miss.
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
    from collections.abc import Iterator, Mapping

MAX_FILE_BYTES = 64 * 1024 * 1024
"""The maximum size of a cache file, in bytes. It is more than any history of contracts needs."""

_FORMAT_VERSION = 2


class FactsCache:
    """The cached facts of one repository's blobs. The constructor reads the file, and ignores one that is invalid."""

    def __init__(self, common_dir: str) -> None:
        self._path = _find_cache_path(common_dir)
        self._stored: dict[str, Any] = _load_facts(self._path) if self._path else {}
        self._new: dict[str, Any] = {}

    def find(self, oid: str) -> FileFacts | None:
        """Return the facts of a blob, or None."""
        value = self._stored.get(oid)
        if value is None:
            return None
        try:
            return facts_from_json(value)
        except (TypeError, ValueError, IndexError):
            return None

    def add(self, oid: str, facts: FileFacts) -> None:
        """Add the facts of a blob, unless they depend on the current date."""
        if self._path and facts.is_cacheable:
            self._new[oid] = facts_to_json(facts)

    def save(self) -> None:
        """Write the stored and the new facts. Do nothing if the file cannot be written."""
        if self._path and self._new:
            _write_facts(self._path, {**self._stored, **self._new})
            self._stored, self._new = {**self._stored, **self._new}, {}


def _find_cache_path(common_dir: str) -> str | None:
    """Return the path of a repository's cache file, or None if caching is off."""
    if os.environ.get("DCR_CACHE", "").lower() in ("off", "0", "no", "false"):
        return None
    folder = os.environ.get("XDG_CACHE_HOME") or os.path.join(os.path.expanduser("~"), ".cache")
    if not os.path.isabs(folder):  # the home directory is unknown, or the XDG specification requires an absolute path
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
            status = os.fstat(fd)
            if not stat.S_ISREG(status.st_mode) or status.st_size > MAX_FILE_BYTES or not _is_trusted(status):
                return {}
            header, _, body = file.read(MAX_FILE_BYTES).partition(b"\n")
        if header != _build_header(body):
            return {}
        facts = json.loads(body)
    except (OSError, ValueError, RecursionError):
        return {}
    return facts if isinstance(facts, dict) else {}


def _is_trusted(status: os.stat_result) -> bool:
    return not hasattr(os, "geteuid") or (status.st_uid == os.geteuid() and not status.st_mode & stat.S_IWOTH)


def _write_facts(path: str, facts: Mapping[str, Any]) -> None:
    body = json.dumps(facts, separators=(",", ":")).encode("ascii")
    header = _build_header(body)
    if len(body) + len(header) >= MAX_FILE_BYTES:
        return
    folder = os.path.dirname(path)
    with contextlib.suppress(OSError, ValueError):
        os.makedirs(folder, mode=0o700, exist_ok=True)
        fd, temporary = tempfile.mkstemp(prefix="facts-", suffix=".part", dir=folder)
        try:
            with open(fd, "wb") as file:
                file.write(header + b"\n" + body)
            os.replace(temporary, path)
        except BaseException:
            with contextlib.suppress(OSError):
                os.unlink(temporary)
            raise


def _build_header(body: bytes) -> bytes:
    return f"dcr facts {_FORMAT_VERSION} {_identify_reader()} {hashlib.sha256(body).hexdigest()}".encode()


@lru_cache(maxsize=1)
def _identify_reader() -> str:
    """Return dcr's version and a digest of its readers' sources, which change in an editable install."""
    package = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
    sources = chr(10).join(sorted(_list_sources(package)))
    return f"{__version__}-{hashlib.sha256(sources.encode()).hexdigest()[:16]}"


def _list_sources(package: str) -> Iterator[str]:
    """Yield the path, size and modification time of every module that facts depend on."""
    folders = [os.path.join(package, name) for name in ("contract", "formats", "parsing", "registry")]
    while folders:
        with contextlib.suppress(OSError), os.scandir(folders.pop()) as entries:
            for entry in entries:
                if entry.name.endswith(".py"):
                    status = entry.stat()
                    yield f"{os.path.relpath(entry.path, package)} {status.st_size} {status.st_mtime_ns}"
                elif entry.is_dir() and entry.name != "__pycache__":
                    folders.append(entry.path)
