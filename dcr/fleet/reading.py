"""Reads the repositories that moved, in this process or in several; a cluster runs the same function."""

from __future__ import annotations

import platform
import traceback
from collections import deque
from itertools import chain, islice
from typing import TYPE_CHECKING

from dcr.errors import DcrError
from dcr.fleet.repository_facts import FactsRequest, read_mirror
from dcr.parallel import Work, WorkerEndedError, Workers, count_cores
from dcr.version import __version__

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from dcr.index.facts import RepositoryFacts
    from dcr.index.store import RepositoryKey

    Requests = Iterable[tuple[RepositoryKey, FactsRequest]]
    Results = Iterator[tuple[RepositoryKey, RepositoryFacts | DcrError]]
    Read = Callable[[Requests], Results]
    """Yields the facts of each repository, or the error of one that cannot be read, in any order."""

MIN_MOVED = 8
"""The number of repositories to read for which starting processes is worth its time."""


def read_request(request: FactsRequest) -> RepositoryFacts | DcrError:
    """Return the facts of a mirror, or why it cannot be read, even if that is a bug in dcr."""
    try:
        return _read_or_explain(request)
    except DcrError as error:
        return error


def _read_or_explain(request: FactsRequest) -> RepositoryFacts:
    """Return the facts of a mirror. Raise a `DcrError` for every error, so that no repository stops the others."""
    try:
        return read_mirror(request)
    except DcrError:
        raise
    except OSError as error:
        raise DcrError(f"'{request.mirror}' cannot be read on '{platform.node()}': {error}", "sync it again") from error
    except MemoryError as error:
        raise DcrError(f"there is too little memory to read it on '{platform.node()}'", "sync it again") from error
    except Exception as error:
        places = [
            (str(frame.f_globals.get("__name__")), line) for frame, line in traceback.walk_tb(error.__traceback__)
        ]
        place = next(f"{name}, line {line}" for name, line in reversed(places) if name.startswith("dcr."))
        raise DcrError(
            f"this is a bug in dcr {__version__}: {type(error).__name__}: {error} ({place})",
            "report it with this line to the dcr issue tracker",
        ) from error


def read_locally(requests: Requests, jobs: int | None) -> Results:
    """Yield the facts of repositories, or the error of one that cannot be read.

    They are read in `jobs` processes. Without a number, few of them are read in this process, and many on all cores.
    If a process ends, each repository that it may have read is read in a process of its own, so that only the one
    that ended it fails.
    """
    source = iter(requests)
    first = list(islice(source, MIN_MOVED))
    if jobs is None:
        jobs = count_cores() if len(first) == MIN_MOVED else 1
    source = chain(first, source)
    waiting: deque[tuple[RepositoryKey, FactsRequest]] = deque()

    def take() -> Iterator[FactsRequest]:
        for each in source:
            waiting.append(each)
            yield each[1]

    is_finished = False
    while not is_finished:
        try:
            with Workers(_WORK, jobs) as workers:
                for facts in workers.map(take()):
                    yield waiting.popleft()[0], facts
            is_finished = True
        except WorkerEndedError:
            while waiting:
                key, request = waiting.popleft()
                yield key, _read_alone(request)


def _read_alone(request: FactsRequest) -> RepositoryFacts | DcrError:
    try:
        with Workers(_WORK, 2) as workers:
            return next(workers.map([request]))
    except WorkerEndedError:
        return DcrError("the process that read it was killed, perhaps because memory ran out", "sync it again")


def _prepare(_: None) -> Callable[[FactsRequest], RepositoryFacts | DcrError]:
    return read_request


_WORK: Work[FactsRequest, RepositoryFacts | DcrError] = Work(_prepare, None)
