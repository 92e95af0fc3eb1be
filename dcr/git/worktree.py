"""Reads regular files of the working tree, up to a size and without following links."""

from __future__ import annotations

import os
import stat
from typing import TYPE_CHECKING

from dcr.errors import DcrError
from dcr.git.objects import MAX_BLOB_BYTES

if TYPE_CHECKING:
    from collections.abc import Iterable

    from dcr.git.repository import Repository


_MISSING_FILE_HINT = "run again; in a sparse checkout, check the file out: git sparse-checkout add FOLDER"


class UnreadableFileError(DcrError):
    """A file of the working tree exists or is tracked, and cannot be read."""


def read_file(top: str, path: str, max_bytes: int = MAX_BLOB_BYTES) -> bytes | str:
    """Return the first `max_bytes` of a file, or a description of what it is if it is not a regular file.

    Raise `UnreadableFileError`, also if the file was removed after it was listed.
    """
    full_path = os.path.join(os.fsencode(top), os.fsencode(path))
    try:
        status = os.lstat(full_path)
        if not stat.S_ISREG(status.st_mode):
            return "a symbolic link" if stat.S_ISLNK(status.st_mode) else "not a regular file"
        descriptor = os.open(full_path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
        try:
            return _read_descriptor(descriptor, status.st_size, max_bytes)
        finally:
            os.close(descriptor)
    except OSError as error:
        if isinstance(error, FileNotFoundError):
            raise UnreadableFileError(f"tracked file '{path}' does not exist", _MISSING_FILE_HINT) from error
        reason = (error.strerror or "unknown").lower()
        raise UnreadableFileError(
            f"'{path}' cannot be read: {reason}", "check its permissions, then run again"
        ) from error


def _read_descriptor(descriptor: int, size: int, max_bytes: int) -> bytes:
    """Return the first `max_bytes` of a file of about `size` bytes; a file object would take twice the time."""
    content = os.read(descriptor, min(size + 1, max_bytes))
    while len(content) < max_bytes and len(content) != size:
        more = os.read(descriptor, min(max_bytes - len(content), 1 << 20))
        if not more:
            break
        content += more
    return content


def list_files(top: str, folders: Iterable[str]) -> list[str]:
    """Return the paths of all files below folders, relative to `top`. Links are not followed."""
    paths: list[str] = []
    for folder in folders:
        for parent, subfolders, files in os.walk(os.path.join(top, folder)):
            subfolders[:] = sorted(name for name in subfolders if name != ".git")
            paths += [os.path.relpath(os.path.join(parent, name), top) for name in sorted(files)]
    return paths


def resolve_relative_paths(repository: Repository, folder: str, paths: Iterable[str]) -> list[str]:
    """Return paths as the user typed them in `folder`, relative to the repository's root; "" is the root itself.

    Raise `ValueError` with the path if it is outside the repository.
    """
    relative_paths = []
    top = os.path.realpath(repository.top or folder)
    for path in paths:
        parent, name = os.path.split(os.path.abspath(os.path.join(folder, path)))
        relative = os.path.relpath(os.path.join(os.path.realpath(parent), name), top)
        if relative == ".." or relative.startswith("../"):
            raise ValueError(path)
        relative_paths.append("" if relative == "." else relative)
    return relative_paths
