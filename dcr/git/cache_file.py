"""Reads and writes the files in which dcr keeps what it found in blobs, in the user's cache folder.

The cache is never in the repository, where an archive or a shared workspace could contain forged entries. There is one
file for each repository and kind of entry, with a checksum. A file that is damaged in any way counts as a cache miss.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import stat
import sys
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from dcr.git.cache_folder import find_cache_folder
from dcr.version import __version__

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

MAX_FILE_BYTES = 64 * 1024 * 1024
"""The maximum size of a cache file, in bytes. It is more than any history of contracts needs."""

_MAX_BEGINNING = 1024
"""The bytes that are read to see what entries begin with: the header has some 150."""

_DEPENDENCIES = ("yaml/__init__.py", "pydantic/version.py", "pydantic_core/__init__.py")


class CacheFile:
    """The cache file of one repository for one kind of entry; without a repository, nothing is kept.

    `kind` is one word, and part of the file's name. `format_version` changes with the form of the entries. `packages`
    are the packages and modules of dcr whose code decides what an entry contains: a file that other code wrote counts
    as a miss.
    """

    def __init__(self, common_dir: str | None, kind: str, format_version: int, packages: tuple[str, ...]) -> None:
        self._kind = kind
        self._path = None if common_dir is None else _find_path(common_dir, kind)
        self._format_version = format_version
        self._packages = packages

    @property
    def is_enabled(self) -> bool:
        """Whether entries can be kept: `DCR_CACHE` is not off, and the user has a cache folder."""
        return self._path is not None

    def may_begin_with(self, text: str) -> bool:
        """Return False if the entries do not begin with a text; `load`, which reads and verifies all, decides."""
        fd = self._open()
        if fd is None:
            return False
        try:
            with open(fd, "rb") as file:
                if not stat.S_ISREG(os.fstat(fd).st_mode):
                    return False
                return file.read(_MAX_BEGINNING).partition(b"\n")[2].startswith(text.encode())
        except OSError:
            return False

    def load(self) -> dict[str, Any]:
        """Return the entries, or none if the file is missing, damaged, not the user's, or from other code."""
        fd = self._open()
        if fd is None:
            return {}
        try:
            with open(fd, "rb") as file:
                status = os.fstat(fd)
                if not stat.S_ISREG(status.st_mode) or status.st_size > MAX_FILE_BYTES or not _is_trusted(status):
                    return {}
                header, _, body = file.read(MAX_FILE_BYTES).partition(b"\n")
            if header != self._build_header(body):
                return {}
            entries = json.loads(body)
        except (OSError, ValueError, RecursionError):
            return {}
        return entries if isinstance(entries, dict) else {}

    def _open(self) -> int | None:
        if self._path is None:
            return None
        try:
            return os.open(self._path, os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0))
        except (OSError, ValueError):
            return None

    def save(self, entries: Mapping[str, Any]) -> None:
        """Replace the file atomically. Do nothing if it cannot be written, or would be larger than the maximum."""
        if self._path is None:
            return
        body = json.dumps(entries, separators=(",", ":")).encode("ascii")
        header = self._build_header(body)
        if len(body) + len(header) >= MAX_FILE_BYTES:
            return
        import tempfile  # noqa: PLC0415 (most runs only read)

        folder = os.path.dirname(self._path)
        with contextlib.suppress(OSError, ValueError):
            os.makedirs(folder, mode=0o700, exist_ok=True)
            fd, temporary = tempfile.mkstemp(prefix=f"{self._kind}-", suffix=".part", dir=folder)
            try:
                with open(fd, "wb") as file:
                    file.write(header + b"\n" + body)
                os.replace(temporary, self._path)
            except BaseException:
                with contextlib.suppress(OSError):
                    os.unlink(temporary)
                raise

    def _build_header(self, body: bytes) -> bytes:
        code = identify_code(self._packages)
        return f"dcr {self._kind} {self._format_version} {code} {hashlib.sha256(body).hexdigest()}".encode()


@lru_cache(maxsize=8)
def identify_code(packages: tuple[str, ...]) -> str:
    """Return dcr's version and a digest of some packages' sources, which change in an editable install.

    Python's version is part of it: for example, its `re` decides which patterns are valid. So are the installed YAML
    parser and pydantic, whose messages are kept.
    """
    folder = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
    sources = chr(10).join([sys.version, *_list_dependencies(), *sorted(list_sources(folder, packages))])
    return f"{__version__}-{hashlib.sha256(sources.encode()).hexdigest()[:16]}"


def list_sources(folder: str, packages: tuple[str, ...]) -> Iterator[str]:
    """Yield the path, size and modification time of every module of some packages or modules below dcr's folder."""
    folders = []
    for name in packages:
        path = os.path.join(folder, name)
        if name.endswith(".py"):
            with contextlib.suppress(OSError):
                yield _describe(folder, path, os.stat(path))
        else:
            folders.append(path)
    while folders:
        with contextlib.suppress(OSError), os.scandir(folders.pop()) as entries:
            for entry in entries:
                if entry.name.endswith(".py"):
                    yield _describe(folder, entry.path, entry.stat())
                elif entry.is_dir() and entry.name != "__pycache__":
                    folders.append(entry.path)


def _list_dependencies() -> Iterator[str]:
    """Yield the size and modification time of a module of each package that decides what is read, without a load."""
    for name in _DEPENDENCIES:
        for folder in filter(None, sys.path):
            path = os.path.join(folder, name)
            with contextlib.suppress(OSError, ValueError):
                yield _describe(folder, path, os.stat(path))
                break


def _describe(folder: str, path: str, status: os.stat_result) -> str:
    return f"{os.path.relpath(path, folder)} {status.st_size} {status.st_mtime_ns}"


def _find_path(common_dir: str, kind: str) -> str | None:
    """Return the path of a repository's cache file, or None if caching is off."""
    folder = find_cache_folder()
    if folder is None:
        return None
    name = hashlib.blake2b(os.fsencode(os.path.realpath(common_dir)), digest_size=12).hexdigest()
    return os.path.join(folder, f"{kind}-{name}.json")


def _is_trusted(status: os.stat_result) -> bool:
    return not hasattr(os, "geteuid") or (status.st_uid == os.geteuid() and not status.st_mode & stat.S_IWOTH)
