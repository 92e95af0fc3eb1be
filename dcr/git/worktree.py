"""Files of the working tree, read as data: no links followed, nothing but regular files, never too much."""

from __future__ import annotations

import os
import stat
from typing import TYPE_CHECKING

from dcr.errors import DcrError
from dcr.git.objects import MAX_BLOB_BYTES

if TYPE_CHECKING:
    from collections.abc import Iterable

    from dcr.git.repository import Repository


_MISSING_FILE_HINT = "run again; in a sparse checkout name what is checked out, or: git sparse-checkout add FOLDER"


class UnreadableFileError(DcrError):
    """A file of the working tree is there and cannot be read."""


def read_file(top: str, path: str, most: int = MAX_BLOB_BYTES) -> bytes | str:
    """Return a file's first `most` bytes, or in words what it is when it is no regular file.

    Raises `UnreadableFileError`; a file that has gone meanwhile is one, since it was listed a moment ago.
    """
    full = os.path.join(os.fsencode(top), os.fsencode(path))
    try:
        mode = os.lstat(full).st_mode
        if not stat.S_ISREG(mode):
            return "a symbolic link" if stat.S_ISLNK(mode) else "no regular file"
        descriptor = os.open(full, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
        with os.fdopen(descriptor, "rb") as file:
            return file.read(most)
    except OSError as error:
        if isinstance(error, FileNotFoundError):
            raise UnreadableFileError(f"'{path}' is tracked and not there", _MISSING_FILE_HINT) from error
        reason = (error.strerror or "unknown").lower()
        raise UnreadableFileError(
            f"'{path}' cannot be read: {reason}", "check its permissions, then run again"
        ) from error


def list_files(top: str, folders: Iterable[str]) -> list[str]:
    """Return the paths of all files below some folders of `top`, relative to it; links are not followed."""
    found: list[str] = []
    for folder in folders:
        for parent, names, files in os.walk(os.path.join(top, folder)):
            names[:] = sorted(name for name in names if name != ".git")
            found += [os.path.relpath(os.path.join(parent, name), top) for name in sorted(files)]
    return found


def resolve_relative_paths(repository: Repository, folder: str, paths: Iterable[str]) -> list[str]:
    """Return paths as the user typed them, from `folder`, as paths from the repository's root; "" is the root.

    Raises `ValueError` naming one that lies outside the repository.
    """
    found = []
    top = os.path.realpath(repository.top or folder)
    for path in paths:
        parent, name = os.path.split(os.path.abspath(os.path.join(folder, path)))
        inside = os.path.relpath(os.path.join(os.path.realpath(parent), name), top)
        if inside == ".." or inside.startswith("../"):
            raise ValueError(path)
        found.append("" if inside == "." else inside)
    return found
