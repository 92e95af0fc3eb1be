"""Keeps one git process open for several readings of one repository's objects, since starting one is the main cost."""

from __future__ import annotations

import contextlib
import math
import threading
import time
from contextvars import ContextVar
from typing import TYPE_CHECKING

from dcr.git.command import read_time_limit

if TYPE_CHECKING:
    from collections.abc import Iterator
    from subprocess import Popen

    from dcr.git.command import Git


class WatchedProcess:
    """A process that is killed if its reader waits for longer than the time limit."""

    def __init__(self, process: Popen[bytes]) -> None:
        self.limit, self.has_expired = read_time_limit(), False
        self.process, self._stopped = process, threading.Event()
        self._deadline = time.monotonic() + self.limit
        threading.Thread(target=self._watch, daemon=True).start()

    def _watch(self) -> None:
        while not self._stopped.wait(min(max(self._deadline - time.monotonic(), 0), self.limit)):
            if time.monotonic() >= self._deadline:
                self.has_expired = True
                self.process.kill()
                return

    def pause(self) -> None:
        """Suspend the time limit."""
        self._deadline = math.inf

    def resume(self) -> None:
        """Start the time limit again, for the next object."""
        self._deadline = time.monotonic() + self.limit

    def stop(self) -> None:
        """End the watch."""
        self._stopped.set()


class ObjectSession:
    """A `git cat-file --batch` that one reading at a time uses, and the trees that were listed."""

    def __init__(self, git: Git) -> None:
        self.git = git
        self.trees: dict[str, dict[str, str]] = {}
        self._process: WatchedProcess | None = None

    def take(self) -> WatchedProcess:
        """Return the open process, or a new one, which belongs to the caller until it is given back."""
        process, self._process = self._process, None
        if process is None:
            return WatchedProcess(self.git.start("cat-file", "--batch", has_stdin=True))
        process.resume()
        return process

    def give_back(self, process: WatchedProcess) -> None:
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


def _end(watched: WatchedProcess) -> None:
    """End a process that waits for requests."""
    watched.stop()
    process = watched.process
    for stream in (process.stdin, process.stdout, process.stderr):
        if stream is not None:
            with contextlib.suppress(OSError):
                stream.close()
    process.wait()
