"""Mirrors the repositories of a fleet, reads those that moved, and stores their facts in the index."""

from __future__ import annotations

from collections import deque
from itertools import chain, islice
from typing import TYPE_CHECKING, NamedTuple

from dcr.errors import DcrError
from dcr.fleet.mirror_folder import lock_mirrors
from dcr.fleet.mirroring import update_mirrors
from dcr.fleet.repository_facts import FactsRequest, read_mirror
from dcr.fleet.repository_list import list_repositories
from dcr.index.revisions import upgrade_index
from dcr.index.store import (
    confirm_unchanged,
    list_indexed,
    remove_repositories,
    store_facts,
    store_failure,
)
from dcr.parallel import Work, WorkerEndedError, Workers, count_cores

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from dcr.fleet.mirroring import MirrorResult
    from dcr.fleet.settings import FleetSettings
    from dcr.index.connection import FleetIndex
    from dcr.index.facts import RepositoryFacts
    from dcr.index.store import RepositoryKey

CONFIRM_SIZE = 500
"""The number of unchanged repositories that are stored together."""

MIN_MOVED = 8
"""The number of repositories to read for which starting processes is worth its time."""


class SyncOptions(NamedTuple):
    """How to sync: the URL of the index, and the number of processes that read repositories, None for the cores."""

    index_url: str
    jobs: int | None


class FailedRepository(NamedTuple):
    """A repository that could not be mirrored or read; the index keeps its former facts."""

    name: str
    error: DcrError


class SyncResult(NamedTuple):
    """What a sync did; `removed` are the repositories that the fleet no longer lists."""

    total: int
    moved: int
    unchanged: int
    failed: tuple[FailedRepository, ...]
    removed: tuple[str, ...]

    @property
    def summary(self) -> str:
        """The numbers as one line."""
        counts = [(self.moved, "moved"), (self.unchanged, "unchanged"), (len(self.failed), "failed")]
        parts = [f"{count:,} {word}" for count, word in counts if count]
        removed = f"; {len(self.removed):,} removed from the index" if self.removed else ""
        noun = "repository" if self.total == 1 else "repositories"
        return f"synced {self.total:,} {noun}: {', '.join(parts)}{removed}"


def sync(settings: FleetSettings, options: SyncOptions, progress: Callable[[str], None]) -> SyncResult:
    """Bring the index up to date with all repositories, each in its own transaction.

    A repository that fails is in the result, and stops no other. Raise a `DcrError` if the list of repositories, the
    folder of the mirrors or the index cannot be used.
    """
    progress("listing the repositories")
    repositories = list_repositories(settings)
    with lock_mirrors(settings.mirrors) as folder:
        index = upgrade_index(options.index_url, settings.folder)
        try:
            indexed = list_indexed(index)
            removed = tuple(sorted(indexed.keys() - {repository.name for repository in repositories}))
            remove_repositories(index, removed)
            folder.remove_others(repositories)
            run = _SyncRun(index, len(repositories), progress)
            run.read_all(update_mirrors(folder, repositories, indexed), options.jobs)
            return SyncResult(len(repositories), run.moved, run.unchanged, tuple(run.failed), removed)
        finally:
            index.close()


class _SyncRun:
    """Stores the results of one sync as they arrive, and counts them."""

    def __init__(self, index: FleetIndex, total: int, progress: Callable[[str], None]) -> None:
        self._index, self._total, self._progress = index, total, progress
        self._confirmed: list[str] = []
        self.moved = self.unchanged = 0
        self.failed: list[FailedRepository] = []

    def read_all(self, results: Iterable[MirrorResult], jobs: int | None) -> None:
        """Read the repositories that moved, and store them. Few of them are read in this process."""
        moved = self._select_moved(results)
        first = list(islice(moved, MIN_MOVED))
        if jobs is None:
            jobs = count_cores() if len(first) == MIN_MOVED else 1
        for key, facts in read_repositories(chain(first, moved), jobs):
            if isinstance(facts, DcrError):
                self._store_failure(key, facts)
                continue
            try:
                store_facts(self._index, key, facts)
            except DcrError as error:  # the database refuses a value, or is not running: then this raises again
                self._store_failure(key, error)
                continue
            self.moved += 1
        self._confirm()

    def _select_moved(self, results: Iterable[MirrorResult]) -> Iterator[tuple[RepositoryKey, FactsRequest]]:
        """Yield what has to be read. Other repositories are stored here."""
        for number, (key, request, error) in enumerate(results):
            self._progress(f"syncing {number:,} of {self._total:,} repositories")
            if error is not None:
                self._store_failure(key, error)
            elif request is not None:
                yield key, request
            else:
                self.unchanged += 1
                self._confirmed.append(key.name)
                if len(self._confirmed) >= CONFIRM_SIZE:
                    self._confirm()

    def _store_failure(self, key: RepositoryKey, error: DcrError) -> None:
        store_failure(self._index, key, error.message)
        self.failed.append(FailedRepository(key.name, error))

    def _confirm(self) -> None:
        confirm_unchanged(self._index, self._confirmed)
        self._confirmed.clear()


def read_repositories(
    requests: Iterable[tuple[RepositoryKey, FactsRequest]], jobs: int
) -> Iterator[tuple[RepositoryKey, RepositoryFacts | DcrError]]:
    """Yield the facts of repositories, or the error of one that cannot be read.

    If a process ends, each repository that it may have read is read in a process of its own, so that only the one
    that ended it fails.
    """
    waiting: deque[tuple[RepositoryKey, FactsRequest]] = deque()
    source = iter(requests)

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
    return _read_request


def _read_request(request: FactsRequest) -> RepositoryFacts | DcrError:
    try:
        return read_mirror(request)
    except DcrError as error:
        return error


_WORK: Work[FactsRequest, RepositoryFacts | DcrError] = Work(_prepare, None)
