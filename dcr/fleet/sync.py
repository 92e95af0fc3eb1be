"""Mirrors the repositories of a fleet, reads those that moved, and stores their facts in the index."""

from __future__ import annotations

import contextlib
from functools import partial
from typing import TYPE_CHECKING, NamedTuple

from dcr.errors import DcrError
from dcr.fleet.mirror_folder import lock_mirrors
from dcr.fleet.mirroring import get_key, update_mirrors
from dcr.fleet.reading import read_locally
from dcr.fleet.repository_list import list_repositories
from dcr.index.revisions import upgrade_index
from dcr.index.store import (
    SYNCED,
    add_repositories,
    confirm_unchanged,
    list_indexed,
    remove_repositories,
    store_facts,
    store_failure,
)
from dcr.parallel import collect_garbage

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from dcr.fleet.mirroring import MirrorResult
    from dcr.fleet.reading import Read
    from dcr.fleet.repository_facts import FactsRequest
    from dcr.fleet.settings import FleetSettings
    from dcr.index.connection import FleetIndex
    from dcr.index.store import RepositoryKey

CONFIRM_SIZE = 500
"""The number of unchanged repositories that are stored together."""

COLLECT_SIZE = 50
"""The number of stored repositories after which unused memory is freed."""


class SyncOptions(NamedTuple):
    """How to sync: the URL of the index, and what reads repositories.

    That is a number of processes, None for the cores, or the Dask cluster of a scheduler at an address.
    """

    index_url: str
    jobs: int | None
    scheduler: str | None = None


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
    folder of the mirrors, the cluster or the index cannot be used.
    """
    progress("listing the repositories")
    repositories = list_repositories(settings)
    with lock_mirrors(settings.mirrors) as folder, _choose_reader(options, folder.path) as read:
        index = upgrade_index(options.index_url, settings.folder)
        try:
            indexed = list_indexed(index)
            synced = {name for name, known in indexed.items() if known.origin == SYNCED}  # others publish themselves
            removed = tuple(sorted(synced - {repository.name for repository in repositories}))
            add_repositories(index, [get_key(each) for each in repositories if each.name not in indexed])
            remove_repositories(index, removed)
            folder.remove_others(repositories)
            run = _SyncRun(index, len(repositories), progress)
            run.read_all(update_mirrors(folder, repositories, indexed), read)
            return SyncResult(len(repositories), run.moved, run.unchanged, tuple(run.failed), removed)
        finally:
            index.close()


@contextlib.contextmanager
def _choose_reader(options: SyncOptions, mirrors: str) -> Iterator[Read]:
    """Provide what reads repositories; a cluster is connected, and has a worker that can read the mirrors."""
    if options.scheduler is None:
        yield partial(read_locally, jobs=options.jobs)
        return
    from dcr.fleet.cluster import connect_cluster  # noqa: PLC0415 (the packages of another extra)

    with connect_cluster(options.scheduler, mirrors) as cluster:
        yield cluster.read


class _SyncRun:
    """Stores the results of one sync as they arrive, and counts them."""

    def __init__(self, index: FleetIndex, total: int, progress: Callable[[str], None]) -> None:
        self._index, self._total, self._progress = index, total, progress
        self._confirmed: list[str] = []
        self.moved = self.unchanged = 0
        self.failed: list[FailedRepository] = []

    def read_all(self, results: Iterable[MirrorResult], read: Read) -> None:
        """Read the repositories that moved, and store them."""
        for key, facts in read(self._select_moved(results)):
            if isinstance(facts, DcrError):
                self._store_failure(key, facts)
                continue
            try:
                store_facts(self._index, key, facts)
            except DcrError as error:  # the database refuses a value, or is not running: then this raises again
                self._store_failure(key, error)
                continue
            self.moved += 1
            if self.moved % COLLECT_SIZE == 0:
                collect_garbage()
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
