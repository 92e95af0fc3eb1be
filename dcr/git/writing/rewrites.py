"""Replaces whole files in the working tree, never through a link or outside of it."""

from __future__ import annotations

import contextlib
import os
import secrets
import stat
from typing import TYPE_CHECKING

from dcr.errors import DcrError, quote_for_shell
from dcr.git.worktree import read_file

if TYPE_CHECKING:
    from collections.abc import Iterator


class UnwritableFileError(DcrError):
    """A file of the working tree cannot or must not be written."""

    consequence = "nothing was written"


def rewrite_file(top: str, path: str, before: bytes | None, after: bytes) -> None:
    """Replace a file's content, which must still be `before`, with `after`; None creates the file.

    The file is replaced as a whole and keeps its mode. Raise `UnwritableFileError` if it cannot be written; it is then
    unchanged.
    """
    full_path = os.path.join(os.fsencode(top), os.fsencode(path))
    _check_path(top, path, full_path)
    with _translate_errors(path), _lock_folder(os.path.dirname(full_path)):
        exists = os.path.lexists(full_path)
        content = read_file(top, path) if exists else None
        if isinstance(content, str):
            raise UnwritableFileError(
                f"'{path}' is {content}; dcr writes to regular files only", "edit the file itself"
            )
        if content != before:
            raise UnwritableFileError(f"'{path}' was just changed by another program", "run it again")
        if exists and not os.access(full_path, os.W_OK):
            raise UnwritableFileError(f"'{path}' is read-only", f"run: chmod u+w {quote_for_shell(path)}")
        _replace_file(full_path, after, stat.S_IMODE(os.lstat(full_path).st_mode) if exists else None)


@contextlib.contextmanager
def _lock_folder(folder: bytes) -> Iterator[None]:
    """Keep other runs of dcr from writing to a folder, in particular between the comparison and the replacement.

    The lock is on the open folder itself, so that no lock file remains. On systems and file systems without such locks,
    only the comparison right before the replacement protects the file.
    """
    try:
        import fcntl  # noqa: PLC0415 (not on Windows)
    except ImportError:
        yield
        return
    descriptor = os.open(folder, os.O_RDONLY | os.O_CLOEXEC)
    try:
        with contextlib.suppress(OSError):
            fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def _check_path(top: str, path: str, full_path: bytes) -> None:
    """Raise `UnwritableFileError` if a path leads through a link, out of the working tree or into `.git`."""
    names = path.split("/")
    parent = os.path.realpath(os.path.dirname(full_path))
    folder = os.path.join(os.path.realpath(os.fsencode(top)), *(os.fsencode(name) for name in names[:-1]))
    if os.path.isabs(path) or parent != folder or {"..", ".", "", ".git"} & {name.lower() for name in names}:
        raise UnwritableFileError(
            f"'{path}' is outside the working tree", "choose a file inside it that is not behind a link"
        )


def _replace_file(full_path: bytes, content: bytes, mode: int | None) -> None:
    temporary = os.path.join(os.path.dirname(full_path), f".dcr-{secrets.token_hex(8)}".encode())
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
    try:
        with os.fdopen(os.open(temporary, flags, 0o666), "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
            if mode is not None:
                os.fchmod(file.fileno(), mode)
        os.replace(temporary, full_path)
    except BaseException:
        with contextlib.suppress(OSError):
            os.unlink(temporary)
        raise


@contextlib.contextmanager
def _translate_errors(path: str) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        reason = (error.strerror or "unknown").lower()
        raise UnwritableFileError(
            f"'{path}' cannot be written: {reason}", "check its permissions and the disk"
        ) from error
