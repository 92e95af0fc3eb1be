"""Runs one function over portions of work, in this process or in several, and yields the results in order.

The processes are spawned, not forked: a fork copies locks that threads of this process may hold. They ignore Ctrl-C,
which ends this process, and end when it ends, however that happens.
"""

from __future__ import annotations

import contextlib
import gc
import os
import signal
import threading
from collections import deque
from typing import TYPE_CHECKING, Any, Generic, NamedTuple, TypeVar

from dcr.errors import DcrError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from concurrent.futures import Future, ProcessPoolExecutor
    from multiprocessing.connection import Connection

SECONDS_WORTH_PROCESSES = 0.5
"""The seconds of work below which starting processes takes longer than it saves."""

_MAX_PORTIONS_PER_JOB = 2
"""Portions in flight for each process: one that is worked on, and one that waits for it, so that memory is bounded."""

Portion = TypeVar("Portion")
Result = TypeVar("Result")


class WorkerEndedError(DcrError):
    """A process ended before it returned the result of its portion."""


class Work(NamedTuple, Generic[Portion, Result]):
    """What is done with each portion.

    `prepare` is a function of a module, and `state` can be pickled: `prepare(state)` runs once in each process, and
    returns the function of one portion. Portions and results can be pickled too, and should be small.
    """

    prepare: Callable[[Any], Callable[[Portion], Result]]
    state: Any


class Workers(Generic[Portion, Result]):
    """Runs the work in `jobs` processes, or in this one if that is 1. Use it as a context manager, which ends them."""

    def __init__(self, work: Work[Portion, Result], jobs: int) -> None:
        self._work, self._jobs = work, jobs
        self._run: Callable[[Portion], Result] | None = None
        self._executor: ProcessPoolExecutor | None = None
        self._lifeline: Connection | None = None

    def __enter__(self) -> Workers[Portion, Result]:
        return self

    def __exit__(self, error: object, *_: object) -> None:
        """End the processes; after an error, without waiting for the portions in flight."""
        if self._executor is None or self._lifeline is None:
            return
        if error is not None:
            self._lifeline.close()
        self._executor.shutdown(wait=True, cancel_futures=True)
        self._lifeline.close()

    def map(self, portions: Iterable[Portion]) -> Iterator[Result]:
        """Yield the result of each portion, in order; a portion is read only when there is a place for it.

        Raise the error that a portion raises, and `WorkerEndedError` if a process is killed.
        """
        if self._jobs == 1:
            for portion in portions:
                result = self._run_here(portion)
                yield result
            return
        from concurrent.futures.process import BrokenProcessPool  # noqa: PLC0415 (few runs start processes)

        waiting: deque[Future[Result | DcrError]] = deque()
        try:
            for portion in portions:
                waiting.append(self._submit(portion))
                if len(waiting) >= self._jobs * _MAX_PORTIONS_PER_JOB:
                    yield _get_result(waiting.popleft())
            while waiting:
                yield _get_result(waiting.popleft())
        except BrokenProcessPool as error:
            raise WorkerEndedError(
                "a process of dcr was killed, perhaps because memory ran out", "use one process: --jobs 1"
            ) from error

    def _run_here(self, portion: Portion) -> Result:
        if self._run is None:
            self._run = self._work.prepare(self._work.state)
        result = self._run(portion)
        free_memory()
        return result

    def _submit(self, portion: Portion) -> Future[Result | DcrError]:
        if self._executor is None:
            self._executor, self._lifeline = _start_executor(self._work, self._jobs)
        # A process starts with the signals that its parent has blocked: until it ignores Ctrl-C, it has to miss it.
        blocked = signal.pthread_sigmask(signal.SIG_BLOCK, (signal.SIGINT,))
        try:
            return self._executor.submit(_run_portion, portion)
        finally:
            signal.pthread_sigmask(signal.SIG_SETMASK, blocked)


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


def free_memory() -> None:
    """Free the reference cycles of a portion if the process collects no garbage by itself, as the command line does.

    What is alive then is not searched again.
    """
    if not gc.isenabled():
        gc.collect()
        gc.freeze()


def _start_executor(work: Work[Portion, Result], jobs: int) -> tuple[ProcessPoolExecutor, Connection]:
    """Return a pool of processes, and the end of a pipe: they end as soon as it is closed."""
    from concurrent.futures import ProcessPoolExecutor  # noqa: PLC0415 (few runs start processes)
    from multiprocessing import get_context  # noqa: PLC0415

    context = get_context("spawn")
    reader, writer = context.Pipe(duplex=False)
    return ProcessPoolExecutor(jobs, context, _prepare_process, (work, reader)), writer


def _get_result(future: Future[Result | DcrError]) -> Result:
    result = future.result()
    if isinstance(result, DcrError):
        raise result
    return result


_run_in_process: Callable[[Any], Any] | None = None
"""The function of one portion, in a process of the pool."""


def _prepare_process(work: Work[Any, Any], lifeline: Connection) -> None:
    global _run_in_process  # noqa: PLW0603 (the pool has no other place for what belongs to a process)
    # Not SIG_IGN, which the git commands of this process would inherit: Ctrl-C ends these.
    signal.signal(signal.SIGINT, lambda *_: None)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, (signal.SIGINT,))
    threading.Thread(target=_end_with_parent, args=(lifeline,), daemon=True).start()
    gc.disable()
    run = work.prepare(work.state)
    gc.freeze()
    _run_in_process = run


def _end_with_parent(lifeline: Connection) -> None:
    with contextlib.suppress(EOFError, OSError):
        lifeline.recv_bytes()  # nothing is ever sent: this returns when the other end is closed
    os.kill(os.getpid(), signal.SIGKILL)


def _run_portion(portion: Any) -> Any:
    """Return the result of a portion, or its error, which the pool would wrap in another one."""
    if _run_in_process is None:
        raise RuntimeError("the process is not prepared")
    try:
        return _run_in_process(portion)
    except DcrError as error:
        return error
    finally:
        free_memory()
