"""Brings the mirrors of a fleet up to date, several at a time, and finds which of them have to be read."""

from __future__ import annotations

import os
from concurrent.futures import FIRST_COMPLETED, ThreadPoolExecutor, wait
from typing import TYPE_CHECKING, NamedTuple

from dcr.errors import DcrError
from dcr.fleet.repository_facts import FactsRequest
from dcr.git.command import GitFailedError
from dcr.git.mirrors import clone_mirror, fetch_mirror, find_local_ref, find_remote_ref
from dcr.index.store import READER, RepositoryKey
from dcr.report.policy_issues import get_today

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from concurrent.futures import Future

    from dcr.fleet.mirror_folder import MirrorFolder
    from dcr.fleet.settings import FleetRepository
    from dcr.git.mirrors import Remote, RemoteRef
    from dcr.index.store import IndexedRepository

MAX_CONNECTIONS = 8
"""The number of repositories that git fetches at the same time."""

_MAX_WAITING = 4 * MAX_CONNECTIONS
"""The number of fetches that are started before their results are needed."""


class MirrorResult(NamedTuple):
    """A repository after its mirror is up to date: what to read, None if its facts are current, or an error."""

    key: RepositoryKey
    request: FactsRequest | None
    error: DcrError | None = None


def update_mirrors(
    folder: MirrorFolder, repositories: Iterable[FleetRepository], indexed: Mapping[str, IndexedRepository]
) -> Iterator[MirrorResult]:
    """Yield each repository once its mirror is up to date, in the order in which they finish.

    Unchanged local repositories need no git process, and are first.
    """
    remaining: list[FleetRepository] = []
    for repository in repositories:
        known = indexed.get(repository.name)
        ref = find_local_ref(repository.remote, repository.ref)
        if ref is not None and _is_current(folder, repository, known, ref):
            yield MirrorResult(get_key(repository), None)
        else:
            remaining.append(repository)
    if not remaining:
        return
    with ThreadPoolExecutor(min(MAX_CONNECTIONS, len(remaining))) as executor:
        waiting: set[Future[MirrorResult]] = set()
        try:
            for repository in remaining:
                waiting.add(executor.submit(_update_mirror, folder, repository, indexed.get(repository.name)))
                if len(waiting) >= _MAX_WAITING:
                    done, waiting = wait(waiting, return_when=FIRST_COMPLETED)
                    yield from (future.result() for future in done)
            while waiting:
                done, waiting = wait(waiting, return_when=FIRST_COMPLETED)
                yield from (future.result() for future in done)
        finally:
            executor.shutdown(wait=True, cancel_futures=True)


def get_key(repository: FleetRepository) -> RepositoryKey:
    """Return what identifies a repository in the index; paths are absolute, so that a check can compare them."""
    return RepositoryKey(repository.name, repository.remote.address, repository.ref)


def _update_mirror(folder: MirrorFolder, repository: FleetRepository, known: IndexedRepository | None) -> MirrorResult:
    key, remote, mirror = get_key(repository), repository.remote, folder.find_mirror(repository)
    try:
        ref = find_remote_ref(remote, repository.ref)
        if _is_current(folder, repository, known, ref):
            return MirrorResult(key, None)
        _fetch_or_clone(remote, ref, mirror)
    except DcrError as error:
        return MirrorResult(key, None, error)
    return MirrorResult(key, FactsRequest(mirror, ref.name.removeprefix("refs/heads/"), ref.commit))


def _fetch_or_clone(remote: Remote, ref: RemoteRef, mirror: str) -> None:
    """Bring a mirror up to date. One that cannot be fetched into, although the remote answered, is replaced."""
    if os.path.isdir(mirror):
        try:
            fetch_mirror(remote, ref, mirror)
        except GitFailedError:
            pass
        else:
            return
    clone_mirror(remote, ref, mirror)


def _is_current(
    folder: MirrorFolder, repository: FleetRepository, known: IndexedRepository | None, ref: RemoteRef
) -> bool:
    """Return whether the index has the facts of a commit, as this version of dcr reads them today."""
    return (
        known is not None
        and (known.commit, known.reader) == (ref.commit, READER)
        and (known.name, known.address, known.ref, known.origin) == get_key(repository)
        and known.valid_on in (None, get_today())
        and os.path.isdir(folder.find_mirror(repository))
    )
