"""Holds the folder with the mirrors of a fleet, which one process at a time may change."""

from __future__ import annotations

import contextlib
import hashlib
import os
import re
import shutil
from typing import TYPE_CHECKING, NamedTuple

from dcr.errors import DcrError
from dcr.fleet.settings import DEFAULT_FOLDER

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from dcr.fleet.settings import FleetRepository

_LOCK = "dcr-mirrors.lock"
"""The file that marks a folder of mirrors, and that the process that changes it has locked."""

_MIRROR = re.compile(r"[\w.-]*-[0-9a-f]{12}\.git|\.part-\w+")


class MirrorFolderError(DcrError):
    """The folder of the mirrors cannot be used."""


class MirrorFolder(NamedTuple):
    """A folder of mirrors that this process has locked."""

    path: str

    def find_mirror(self, repository: FleetRepository) -> str:
        """Return the path of a repository's mirror. Another address has another one."""
        readable = re.sub(r"[^A-Za-z0-9_.-]", "_", repository.name)[:80].lstrip(".")
        key = f"{repository.name}\0{repository.remote.address}".encode("utf-8", "surrogateescape")
        digest = hashlib.blake2b(key, digest_size=6).hexdigest()
        return os.path.join(self.path, f"{readable}-{digest}.git")

    def remove_others(self, repositories: Iterable[FleetRepository]) -> None:
        """Remove the mirrors of other repositories, and the unfinished clones of an aborted run."""
        kept = {os.path.basename(self.find_mirror(repository)) for repository in repositories}
        for name in os.listdir(self.path):
            if name not in kept and _MIRROR.fullmatch(name):
                shutil.rmtree(os.path.join(self.path, name), ignore_errors=True)


@contextlib.contextmanager
def lock_mirrors(path: str) -> Iterator[MirrorFolder]:
    """Create a folder of mirrors if it does not exist, and lock it. Raise `MirrorFolderError`."""
    try:
        _create_folder(path)
        with open(os.path.join(path, _LOCK), "ab") as file:
            _lock_file(path, file.fileno())
            yield MirrorFolder(path)
    except OSError as error:
        if error.filename is None:
            raise
        reason = (error.strerror or "unknown").lower()
        raise MirrorFolderError(
            f"'{error.filename}' cannot be used: {reason}", "choose a folder that you can write to: mirrors = …"
        ) from error


def _create_folder(path: str) -> None:
    os.makedirs(path, exist_ok=True)
    names = os.listdir(path)
    if names and _LOCK not in names:
        raise MirrorFolderError(
            f"'{path}' is not empty, and not a folder of mirrors", "choose a new folder: mirrors = …"
        )
    parent = os.path.dirname(path)
    if os.path.basename(parent) == DEFAULT_FOLDER and not os.path.exists(os.path.join(parent, ".gitignore")):
        with open(os.path.join(parent, ".gitignore"), "w", encoding="utf-8") as file:
            file.write("*\n")


def _lock_file(path: str, descriptor: int) -> None:
    """Lock a file until it is closed. Raise `MirrorFolderError` if another process has locked it."""
    try:
        import fcntl  # noqa: PLC0415 (not on Windows)
    except ImportError:
        return
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        raise MirrorFolderError(f"another dcr fleet sync uses '{path}'", "wait until it ends") from error
