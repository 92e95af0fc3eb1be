"""Writes objects into a repository's object database: through GitPython where it does as git would, else through git.

GitPython's database (gitdb) writes loose objects without a process. It knows only SHA-1, ignores the permissions of
`core.sharedRepository`, and never flushes to disk as `core.fsync` may ask. In such repositories git writes the objects.
Nothing is read through GitPython: its readers follow replaced objects and keep stale packs after `git gc`.
"""

from __future__ import annotations

import errno
import io
import os
from typing import TYPE_CHECKING, Any, Protocol

from dcr.errors import DcrError
from dcr.git.ref_names import OBJECT_ID

if TYPE_CHECKING:
    from dcr.git.command import Git
    from dcr.git.repository import Repository

_SETTINGS = r"^(core\.sharedrepository|core\.fsync|core\.fsyncobjectfiles|core\.fsyncmethod)$"
_ATTEMPTS = 3


class DiskFullError(DcrError):
    """There is no room for what would be written."""

    undone = "nothing was written"


class UnwritableRepositoryError(DcrError):
    """The object database cannot be written."""

    undone = "nothing was written"


class ObjectStore(Protocol):
    """Writes objects."""

    def write(self, kind: str, content: bytes) -> str:
        """Write an object and return its id. Raise a `DcrError`."""


def create_object_store(repository: Repository) -> ObjectStore:
    """Return the store that fits a repository. Raise `GitFailedError` if git does not answer."""
    git = repository.git
    object_format = git.run("rev-parse", "--show-object-format").decode("ascii", "replace").strip()
    answer = git.run_unchecked("config", "--get-regexp", _SETTINGS)
    if object_format != "sha1" or answer.exit_code != 1 or answer.stdout or "GIT_OBJECT_DIRECTORY" in os.environ:
        return GitStore(git)
    return GitPythonStore(os.path.join(repository.common_dir, "objects"))


class GitStore:
    """Writes objects with `git hash-object`."""

    def __init__(self, git: Git) -> None:
        self._git = git

    def write(self, kind: str, content: bytes) -> str:
        """Write an object and return its id. Raise a `DcrError`."""
        answer = self._git.run_unchecked("hash-object", "-w", "-t", kind, "--stdin", stdin=content)
        oid = answer.stdout.decode("ascii", "replace").strip()
        if answer.exit_code == 0 and OBJECT_ID.match(oid):
            return oid
        if is_disk_full(answer.stderr):
            raise _create_full_error()
        reason = answer.stderr.splitlines()[-1] if answer.stderr else f"git hash-object ended with {answer.exit_code}"
        raise _create_unwritable_error(reason)


class GitPythonStore:
    """Writes loose objects with GitPython's object database."""

    def __init__(self, folder: str) -> None:
        from gitdb import LooseObjectDB  # type: ignore[import-untyped]  # noqa: PLC0415 (only a service loads it)

        self._database: Any = LooseObjectDB(folder)

    def write(self, kind: str, content: bytes) -> str:
        """Write an object and return its id. Raise a `DcrError`."""
        from gitdb import IStream  # noqa: PLC0415

        for attempt in range(1, _ATTEMPTS + 1):
            try:
                stored = self._database.store(IStream(kind.encode("ascii"), len(content), io.BytesIO(content)))
            except FileNotFoundError as error:  # git gc removed the folder between making it and renaming into it
                if attempt == _ATTEMPTS:
                    raise _create_unwritable_error(error.strerror or "unknown") from error
            except OSError as error:
                if error.errno in (errno.ENOSPC, errno.EDQUOT):
                    raise _create_full_error() from error
                raise _create_unwritable_error(error.strerror or "unknown") from error
            else:
                oid: str = stored.hexsha.decode("ascii")
                return oid
        raise AssertionError("unreachable")


def is_disk_full(message: str) -> bool:
    """Whether a message of git is about a full disk or quota."""
    return "No space left on device" in message or "Disk quota exceeded" in message


def _create_full_error() -> DiskFullError:
    return DiskFullError("the disk is full, and nothing was written", "free some space, then try again")


def _create_unwritable_error(reason: str) -> UnwritableRepositoryError:
    return UnwritableRepositoryError(
        f"the object database cannot be written: {reason.lower()}", "check the permissions of the repository's folder"
    )
