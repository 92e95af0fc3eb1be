"""Creates several new files, all or none, and never overwrites a file or follows a link."""

from __future__ import annotations

import contextlib
import os
from typing import TYPE_CHECKING, NamedTuple

from dcr.git.writing.rewrites import UnwritableFileError

if TYPE_CHECKING:
    from collections.abc import Sequence


class NewFile(NamedTuple):
    """A file to create; its path has `/` between folders."""

    path: str
    content: bytes
    is_executable: bool = False


def create_files(top: str, files: Sequence[NewFile]) -> None:
    """Create files and their folders below a folder.

    Raise `UnwritableFileError` if one cannot be created, after removing everything that this call created.
    """
    created: list[str] = []
    try:
        for file in files:
            _create_file(top, file, created)
    except BaseException:
        for path in reversed(created):
            with contextlib.suppress(OSError):
                os.rmdir(path) if os.path.isdir(path) and not os.path.islink(path) else os.unlink(path)
        raise


def _create_file(top: str, file: NewFile, created: list[str]) -> None:
    full_path = os.path.join(top, file.path)
    try:
        _create_folders(top, os.path.dirname(file.path), created)
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
        descriptor = os.open(full_path, flags, 0o777 if file.is_executable else 0o666)
        created.append(full_path)
        with os.fdopen(descriptor, "wb") as opened:
            opened.write(file.content)
    except FileExistsError as error:
        raise UnwritableFileError(f"'{file.path}' already exists", "run it again") from error
    except OSError as error:
        reason = (error.strerror or "unknown").lower()
        raise UnwritableFileError(
            f"'{file.path}' cannot be written: {reason}", "check the permissions of its folder and the disk"
        ) from error


def _create_folders(top: str, folder: str, created: list[str]) -> None:
    """Create the folders of a path. Raise `UnwritableFileError` if one is a link or not a folder."""
    path = top
    for name in folder.split("/") if folder else ():
        path = os.path.join(path, name)
        if os.path.islink(path) or (os.path.lexists(path) and not os.path.isdir(path)):
            kind = "a symbolic link, expected a folder" if os.path.islink(path) else "not a folder"
            raise UnwritableFileError(f"'{os.path.relpath(path, top)}' is {kind}", "replace it with a folder")
        if not os.path.isdir(path):
            os.mkdir(path)
            created.append(path)
