"""Runs one function over portions of work, in this process or in several, and yields the results in order.

The processes are spawned, not forked: a fork copies locks that threads of this process may hold. Ctrl-C ends this
process, which ends the others; if it is killed, they end after the portion that they work on. They are not those of
`concurrent.futures`: Python 3.11 does not always notice there that a process was killed (its manager thread waits only
for the processes that it knew when it began to wait).
"""

from __future__ import annotations

import gc
import os
import signal
from typing import TYPE_CHECKING, Any, Generic, NamedTuple, TypeVar

from dcr.errors import DcrError

if TYPE_CHECKING:
    from collections.abc import Callable, Container, Iterable, Iterator
    from multiprocessing.connection import Connection
    from multiprocessing.context import SpawnProcess

SECONDS_WORTH_PROCESSES = 0.5
"""The seconds of work below which starting processes takes longer than it saves."""

_MAX_PORTIONS_PER_JOB = 4
"""Portions that are worked on, or whose results wait for an earlier one, for each process: they bound the memory."""

_END: Any = object()

Portion = TypeVar("Portion")
Result = TypeVar("Result")


class WorkerEndedError(DcrError):
    """A process ended before it returned the result of its portion."""


class WorkerFailedError(Exception):
    """A portion raised an error that is no `DcrError`; the text is the traceback of the other process."""


class Work(NamedTuple, Generic[Portion, Result]):
    """What is done with each portion.

    `prepare` is a function of a module, and `state` can be pickled: `prepare(state)` runs once in each process, and
    returns the function of one portion. Portions and results can be pickled too, and should be small.
    """

    prepare: Callable[[Any], Callable[[Portion], Result]]
    state: Any


class _Worker(NamedTuple):
    """A process, and the pipe through which it gets portions and returns results."""

    process: SpawnProcess
    connection: Connection


class _Failure(NamedTuple):
    """The traceback of an error that is a bug."""

    text: str


class Workers(Generic[Portion, Result]):
    """Runs the work in `jobs` processes, or in this one if that is 1. Use it as a context manager, which ends them."""

    def __init__(self, work: Work[Portion, Result], jobs: int) -> None:
        self._work, self._jobs = work, jobs
        self._run: Callable[[Portion], Result] | None = None
        self._workers: list[_Worker] = []

    def __enter__(self) -> Workers[Portion, Result]:
        return self

    def __exit__(self, error: object, *_: object) -> None:
        """End the processes; after an error, without waiting for their portions."""
        for worker in self._workers:
            worker.connection.close()
            if error is not None:
                worker.process.kill()
        for worker in self._workers:
            worker.process.join()

    def map(self, portions: Iterable[Portion]) -> Iterator[Result]:
        """Yield the result of each portion, in order; a portion is read only when there is a place for it.

        Raise the `DcrError` that a portion raises, `WorkerEndedError` if a process is killed, and `WorkerFailedError`
        for a bug. The results have to be read to the end before the next call.
        """
        if self._jobs == 1:
            for portion in portions:
                yield self._run_here(portion)
            return
        from multiprocessing.connection import wait  # noqa: PLC0415 (few runs start processes)

        source, sent, yielded = iter(portions), 0, 0
        busy: dict[Any, int] = {}
        results: dict[int, Any] = {}
        while True:
            while len(busy) < self._jobs and sent < yielded + self._jobs * _MAX_PORTIONS_PER_JOB:
                portion = next(source, _END)
                if portion is _END:
                    break
                busy[self._send(portion, busy)] = sent
                sent += 1
            if not busy:
                return
            for connection in wait(list(busy)):
                results[busy.pop(connection)] = _receive(connection)
            while yielded in results:
                yield _get_result(results.pop(yielded))
                yielded += 1

    def _run_here(self, portion: Portion) -> Result:
        if self._run is None:
            self._run = self._work.prepare(self._work.state)
        result = self._run(portion)
        free_memory()
        return result

    def _send(self, portion: Any, busy: Container[Any]) -> Connection:
        """Send a portion to a process that is not busy, or to a new one, and return its connection."""
        connection = next((worker.connection for worker in self._workers if worker.connection not in busy), None)
        if connection is None:
            self._workers.append(_start_worker(self._work))
            connection = self._workers[-1].connection
        try:
            connection.send(portion)
        except OSError as error:
            raise _create_ended_error() from error
        return connection


def count_cores() -> int:
    """Return the number of cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def choose_jobs(requested: int | None, seconds: float, portions: int) -> int:
    """Return in how many processes to do work: the requested number, or the cores if it takes long enough.

    `seconds` is how long the work takes in one process, about. More processes than portions have nothing to do.
    """
    if requested is None and seconds <= SECONDS_WORTH_PROCESSES:
        return 1
    return max(1, min(requested or count_cores(), portions))


def collect_garbage() -> None:
    """Free reference cycles if the process collects no garbage by itself, as the command line does."""
    if not gc.isenabled():
        gc.collect()


def free_memory() -> None:
    """Free the reference cycles of a portion if the process collects no garbage by itself, as the command line does.

    What is alive then is not searched again.
    """
    if not gc.isenabled():
        gc.collect()
        gc.freeze()


def _start_worker(work: Work[Any, Any]) -> _Worker:
    from multiprocessing import get_context, resource_tracker  # noqa: PLC0415 (few runs start processes)

    context = get_context("spawn")
    ours, theirs = context.Pipe()
    process = context.Process(target=_run_worker, args=(work, theirs), daemon=True)
    resource_tracker.ensure_running()  # it would unblock the signal
    # A process starts with the signals that its parent has blocked: until it handles Ctrl-C, it has to miss it.
    blocked = signal.pthread_sigmask(signal.SIG_BLOCK, (signal.SIGINT,))
    try:
        process.start()
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, blocked)
    theirs.close()
    return _Worker(process, ours)


def _receive(connection: Any) -> Any:
    try:
        return connection.recv()
    except (EOFError, OSError) as error:
        raise _create_ended_error() from error


def _get_result(result: Any) -> Any:
    """Return a result. Raise the error that a process returned instead."""
    if isinstance(result, _Failure):
        raise WorkerFailedError(result.text)
    if isinstance(result, DcrError):
        raise result
    return result


def _create_ended_error() -> WorkerEndedError:
    return WorkerEndedError("a process of dcr was killed, perhaps because memory ran out", "use one process: --jobs 1")


def _run_worker(work: Work[Any, Any], connection: Connection) -> None:
    """Return the result of each portion of a pipe, until the other end is closed."""
    # Not SIG_IGN, which the git commands of this process would inherit: Ctrl-C ends these.
    signal.signal(signal.SIGINT, lambda *_: None)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, (signal.SIGINT,))
    gc.disable()
    try:
        run = work.prepare(work.state)
        gc.freeze()
        while True:
            connection.send(_run_portion(run, connection.recv()))
            free_memory()
    except (EOFError, BrokenPipeError, ConnectionResetError):  # there is nobody to return a result to
        return
    except Exception as error:
        import traceback  # noqa: PLC0415 (only a bug has one)

        connection.send(_Failure("".join(traceback.format_exception(error))))
        raise SystemExit(1) from error


def _run_portion(run: Callable[[Any], Any], portion: Any) -> Any:
    try:
        return run(portion)
    except DcrError as error:
        return error
