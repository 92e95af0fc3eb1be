"""Keeps one git process open for several readings of one repository's objects, since starting one is the main cost."""

from __future__ import annotations

import contextlib
from contextvars import ContextVar
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator
    from subprocess import Popen

    from dcr.git.command import Git


class ObjectSession:
    """A `git cat-file --batch` that one reading at a time uses, and the trees that were listed."""

    def __init__(self, git: Git) -> None:
        self.git = git
        self.trees: dict[str, dict[str, str]] = {}
        self._process: Popen[bytes] | None = None

    def take(self) -> Popen[bytes]:
        """Return the open process, or a new one, which belongs to the caller until it is given back."""
        process, self._process = self._process, None
        return process or self.git.start("cat-file", "--batch", has_stdin=True)

    def give_back(self, process: Popen[bytes]) -> None:
        """Keep a process that has answered every request, unless another one is kept."""
        if self._process is None:
            self._process = process
        else:
            _end(process)

    def close(self) -> None:
        """End the process."""
        if self._process is not None:
            _end(self._process)
            self._process = None


_session: ContextVar[ObjectSession | None] = ContextVar("object_session", default=None)


@contextlib.contextmanager
def share_object_process(git: Git) -> Iterator[None]:
    """Read the objects of a repository with one process for as long as the context is open, in this thread.

    The repository may get new objects meanwhile, but none that were asked for in vain are found later.
    """
    session = ObjectSession(git)
    reset = _session.set(session)
    try:
        yield
    finally:
        _session.reset(reset)
        session.close()


def find_session(git: Git) -> ObjectSession | None:
    """Return the open session of a repository, if there is one."""
    session = _session.get()
    return session if session is not None and session.git == git else None


def _end(process: Popen[bytes]) -> None:
    """End a process that waits for requests."""
    for stream in (process.stdin, process.stdout, process.stderr):
        if stream is not None:
            with contextlib.suppress(OSError):
                stream.close()
    process.wait()
