"""Reads the facts of every file version in a git log, and builds the history of the datasets from them."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, NamedTuple

from dcr.git.objects import stream_blobs
from dcr.policy.detection import is_probable_contract, may_be_contract
from dcr.registry.history.cache import FactsCache
from dcr.registry.history.contract_loader import ContractLoader
from dcr.registry.history.facts import create_dataset_filter
from dcr.registry.history.log_cache import read_kept_log
from dcr.registry.history.replay import Replay
from dcr.registry.history.replay_cache import ReplayCache
from dcr.registry.history.timeline import History

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from dcr.git.history import LogEntry
    from dcr.git.repository import Repository
    from dcr.policy.scope import Scope
    from dcr.registry.history.facts import DatasetFacts, FileFacts, Retention
    from dcr.registry.history.facts_reader import FactsReader

PROGRESS_INTERVAL = 100
"""The number of contents that are read between two progress messages."""

MAX_KEPT_BYTES = 32 * 1024 * 1024
"""The bytes of contents that are kept in memory once they were searched, so that git reads them once."""


class _Search(NamedTuple):
    """Which contents to read: those that match, whose facts include a dataset, or of a path that is covered."""

    matches: Callable[[bytes], bool]
    includes: Callable[[DatasetFacts], bool]
    covers: Callable[[str], bool]


def read_history(
    repository: Repository,
    commit: str,
    scope: Scope,
    *,
    dataset_id: str | None = None,
    progress: Callable[[str], None] = lambda _: None,
    retention: Retention | None = None,
    jobs: int | None = 1,
) -> History:
    """Return the history of all datasets in scope up to a commit, or of one of them.

    The globs at that commit define the scope for the whole history. With `dataset_id`, contents that cannot define
    that dataset are not parsed, and the history contains no other dataset. `retention` selects the contracts to keep
    in memory, so that they are not read a second time. Without it, `jobs` processes read the files of all datasets, or
    one for each core if it is None and the history is long. Unreadable files are listed in `History.unreadable`.
    Raise a `DcrError` if git fails or the clone lacks objects.
    """
    is_kept = dataset_id is None and not repository.is_shallow and not (retention and retention.known_texts)
    kept = ReplayCache(repository, commit, scope) if is_kept else None
    result, reader = kept.find() if kept else None, None
    if result is None:
        log, is_newest = read_kept_log(repository, commit, scope)
        facts, reader = _read_facts(repository, log, dataset_id, progress, scope=scope, retention=retention, jobs=jobs)
        replay = Replay(facts, dataset_id)
        for entry in reversed(log):
            replay.apply_step(entry)
        result = replay.build_result()
        if kept and is_newest and all(file.is_cacheable for file in facts.values()):
            kept.save(result)
    loader = ContractLoader(repository.git, reader)
    return History(commit, result, is_complete=not repository.is_shallow, loader=loader)


def _read_facts(
    repository: Repository,
    log: Sequence[LogEntry],
    dataset_id: str | None,
    progress: Callable[[str], None],
    *,
    scope: Scope,
    retention: Retention | None,
    jobs: int | None,
) -> tuple[dict[str, FileFacts], FactsReader | None]:
    """Return the facts of every blob in a log, except blobs that cannot concern the one dataset.

    If contracts are found by content, leave out the blobs of paths that never had a contract. Contents are read file
    by file, oldest first, so that each is compared with the previous one.
    """
    cache = FactsCache(None if retention and retention.known_texts else repository.common_dir)
    changes = [change for entry in reversed(log) for change in entry.entries if change.is_file]
    ids = dict.fromkeys([change.id for change in changes])
    facts = {oid: cached for oid in ids if (cached := cache.find(oid)) is not None}
    if len(facts) == len(ids) and not (scope.by_content and any(file.error for file in facts.values())):
        return facts, None
    by_path: dict[str, dict[str, None]] = defaultdict(dict)
    blobs: dict[str, set[str]] = defaultdict(set)
    for change in changes:
        by_path[change.path][change.id] = None
        blobs[change.id].add(change.path)
    contents: dict[str, bytes] = {}
    search = _choose_search(scope, dataset_id)
    if search is None:
        missing = [oid for oid in blobs if oid not in facts]
    else:
        missing = _select_blobs(repository, blobs, facts, search, contents)
    if not missing:
        cache.save()
        return _without_foreign_files(repository, scope, blobs, facts), None
    unread = set(missing)
    first_paths = {oid: path for path, path_ids in reversed(by_path.items()) for oid in path_ids if oid in unread}
    order = [oid for path, path_ids in by_path.items() for oid in path_ids if first_paths.get(oid) == path]
    versions = [(first_paths[oid], oid) for oid in order]
    reader, processes = None, 1
    if retention is None and dataset_id is None and jobs != 1:
        from dcr.registry.history.facts_portions import choose_processes, stream_facts  # noqa: PLC0415 (cached facts need no reader)

        processes = choose_processes(len(versions), jobs)
    if processes > 1:
        contents.clear()  # each process reads its own
        found = stream_facts(repository.git, versions, processes)
    else:
        from dcr.registry.history.facts_reader import FactsReader  # noqa: PLC0415 (cached facts need no reader)

        reader = FactsReader(retention)
        found = _stream_facts(repository, versions, contents, reader)
    for number, (oid, file_facts) in enumerate(found):
        if number % PROGRESS_INTERVAL == 0:
            progress(f"reading {number:,} of {len(order):,} file versions")
        facts[oid] = file_facts
        cache.add(oid, file_facts)
    cache.save()
    return _without_foreign_files(repository, scope, blobs, facts), reader


def _choose_search(scope: Scope, dataset_id: str | None) -> _Search | None:
    """Return the search for one dataset, or for contracts by their content; None if every file in scope is read."""
    if dataset_id is not None:
        return _Search(
            create_dataset_filter(dataset_id), lambda dataset: dataset.dataset_id == dataset_id, lambda _: False
        )
    return _Search(may_be_contract, lambda _: True, scope.matches_globs) if scope.by_content else None


def _stream_facts(
    repository: Repository, versions: Sequence[tuple[str, str]], contents: dict[str, bytes], reader: FactsReader
) -> Iterator[tuple[str, FileFacts]]:
    """Yield the blob id and the facts of each version, in order. Contents that are known are not read by git."""
    others = stream_blobs(repository.git, [oid for _, oid in versions if oid not in contents])
    for path, oid in versions:
        content = contents.pop(oid, None)
        yield oid, reader.read_facts(path, oid, next(others)[1] if content is None else content)
    next(others, None)  # reads to the end, so that the process of git can be used again
    reader.finish_file()


def _search_contents(
    repository: Repository, ids: Sequence[str], matches: Callable[[bytes], bool], contents: dict[str, bytes]
) -> set[str]:
    """Return the blobs whose content matches, and add as many of their contents as may be kept."""
    found, bytes_left = set(), MAX_KEPT_BYTES
    for oid, content in stream_blobs(repository.git, ids):
        if matches(content):
            found.add(oid)
            bytes_left -= len(content)
            if bytes_left > 0:
                contents[oid] = content
    return found


def _select_blobs(
    repository: Repository,
    blobs: dict[str, set[str]],
    known: dict[str, FileFacts],
    search: _Search,
    contents: dict[str, bytes],
) -> list[str]:
    """Return the unknown blobs that a search finds, and those of paths that it finds or once found.

    Add as many of their contents to `contents` as may be kept.
    """
    unknown = [oid for oid in blobs if oid not in known]
    found = _search_contents(repository, unknown, search.matches, contents)
    found |= {oid for oid, facts in known.items() if any(map(search.includes, facts.datasets))}
    paths = {path for oid in found for path in blobs[oid]}
    return [oid for oid in unknown if any(path in paths or search.covers(path) for path in blobs[oid])]


def _without_foreign_files(
    repository: Repository, scope: Scope, blobs: dict[str, set[str]], facts: dict[str, FileFacts]
) -> dict[str, FileFacts]:
    """Leave out unreadable blobs that are no contracts, if contracts are found by content."""
    if not scope.by_content:
        return facts
    paths = {path for oid, file in facts.items() if file.datasets for path in blobs.get(oid, ())}
    unreadable = [
        oid
        for oid, file in facts.items()
        if file.error is not None and not any(path in paths or scope.matches_globs(path) for path in blobs[oid])
    ]
    if not unreadable:
        return facts
    foreign = {oid for oid, content in stream_blobs(repository.git, unreadable) if not is_probable_contract(content)}
    return {oid: file for oid, file in facts.items() if oid not in foreign}
