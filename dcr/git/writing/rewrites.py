"""The one place that writes to the user's working tree: a whole file at once, never through a link, never elsewhere."""

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
    """A file of the working tree is not to be written, or cannot be."""

    outcome = "nothing was written"


def rewrite_file(top: str, path: str, before: bytes | None, after: bytes) -> None:
    """Put `after` in the place of a file's content, which must still be `before`; None begins a file.

    The file is replaced as a whole, and keeps its mode. Raises `UnwritableFileError`, and then the file is as it was.
    """
    full = os.path.join(os.fsencode(top), os.fsencode(path))
    _check_path(top, path, full)
    with _translate_errors(path), _lock_folder(os.path.dirname(full)):
        there = os.path.lexists(full)
        now = read_file(top, path) if there else None
        if isinstance(now, str):
            raise UnwritableFileError(f"'{path}' is {now}, which is not written through", "edit what it stands for")
        if now != before:
            raise UnwritableFileError(f"'{path}' was changed by another program just now", "run it again")
        if there and not os.access(full, os.W_OK):
            raise UnwritableFileError(f"'{path}' is read-only", f"chmod u+w {quote_for_shell(path)}")
        _replace_file(full, after, stat.S_IMODE(os.lstat(full).st_mode) if there else None)


@contextlib.contextmanager
def _lock_folder(folder: bytes) -> Iterator[None]:
    """Let no other dcr write in a folder: between the look at a file and its replacement, it would be lost.

    The lock is on the open folder itself, so that nothing is left behind. Where there are no such locks, or the file
    system has none, the look right before the replacement is what is left.
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


def _check_path(top: str, path: str, full: bytes) -> None:
    """Raise unless a path leads to its own folder in the working tree, with no link on the way and not into `.git`."""
    steps = path.split("/")
    parent = os.path.realpath(os.path.dirname(full))
    own = os.path.join(os.path.realpath(os.fsencode(top)), *(os.fsencode(each) for each in steps[:-1]))
    if os.path.isabs(path) or parent != own or {"..", ".", "", ".git"} & {each.lower() for each in steps}:
        raise UnwritableFileError(f"'{path}' lies outside the working tree", "name a file inside it, not by a link")


def _replace_file(full: bytes, content: bytes, mode: int | None) -> None:
    beside = os.path.join(os.path.dirname(full), f".dcr-{secrets.token_hex(8)}".encode())
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
    try:
        with os.fdopen(os.open(beside, flags, 0o666), "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
            if mode is not None:
                os.fchmod(file.fileno(), mode)
        os.replace(beside, full)
    except BaseException:
        with contextlib.suppress(OSError):
            os.unlink(beside)
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
