"""Writes new files for the user: all of them or none, and never one that is there already or behind a link."""

from __future__ import annotations

import contextlib
import os
from typing import TYPE_CHECKING, NamedTuple

from dcr.git.writing.rewrites import UnwritableFileError

if TYPE_CHECKING:
    from collections.abc import Sequence


class NewFile(NamedTuple):
    """A file that is not there yet, with `/` between the folders of its path."""

    path: str
    content: bytes
    is_executable: bool = False


def create_files(top: str, files: Sequence[NewFile]) -> None:
    """Write files below a folder, and the folders they lie in.

    Raises `UnwritableFileError`, and then whatever this call made is gone again.
    """
    made: list[str] = []
    try:
        for each in files:
            _create_file(top, each, made)
    except BaseException:
        for path in reversed(made):
            with contextlib.suppress(OSError):
                os.rmdir(path) if os.path.isdir(path) and not os.path.islink(path) else os.unlink(path)
        raise


def _create_file(top: str, file: NewFile, made: list[str]) -> None:
    full = os.path.join(top, file.path)
    try:
        _create_folders(top, os.path.dirname(file.path), made)
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
        descriptor = os.open(full, flags, 0o777 if file.is_executable else 0o666)
        made.append(full)
        with os.fdopen(descriptor, "wb") as opened:
            opened.write(file.content)
    except FileExistsError as error:
        raise UnwritableFileError(f"'{file.path}' is there already", "run it again") from error
    except OSError as error:
        reason = (error.strerror or "unknown").lower()
        raise UnwritableFileError(
            f"'{file.path}' cannot be written: {reason}", "check the permissions of its folder and the disk"
        ) from error


def _create_folders(top: str, folder: str, made: list[str]) -> None:
    """Make the folders of a path; one that is a link, or no folder, is refused."""
    at = top
    for step in folder.split("/") if folder else ():
        at = os.path.join(at, step)
        if os.path.islink(at) or (os.path.lexists(at) and not os.path.isdir(at)):
            kind = "a symbolic link" if os.path.islink(at) else "no folder"
            raise UnwritableFileError(
                f"'{os.path.relpath(at, top)}' is {kind}, which is not written through", "put a folder of its own there"
            )
        if not os.path.isdir(at):
            os.mkdir(at)
            made.append(at)
