"""Finds the contracts of the datasets that consumers use, in the proposed version."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dcr.compatibility.consumer_pairs import UsedDataset
from dcr.compatibility.used_fields import uses_deprecated
from dcr.git.contracts.contract_locations import find_contracts, list_entries
from dcr.git.contracts.dataset_ids import list_dataset_ids
from dcr.git.objects import stream_blobs
from dcr.git.proposed_contents import read_proposed_contents

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Mapping, Sequence

    from dcr.compatibility.history import DeprecationPeriod
    from dcr.consumers.consumer import Use
    from dcr.git.consumers.search import ConsumerSearch


def find_used_datasets(
    search: ConsumerSearch,
    head: str,
    uses: Sequence[Use],
    find_periods: Callable[[Collection[str]], Mapping[str, DeprecationPeriod]],
) -> dict[str, UsedDataset]:
    """Return the datasets of some uses by id; `head` is the proposed side.

    `find_periods(ids)` returns the deprecation periods of datasets, and is called only if one is deprecated. Raise a
    `DcrError` if git fails.
    """
    ids = {use.dataset_id for use in uses}
    if not ids:
        return {}
    changes = [change for change in search.change_set.changes if search.contract_scope.covers(change.path)]
    changed_paths = {change.path for change in changes}
    contents = {
        path: content
        for path, content in read_proposed_contents(search.repository, changes).items()
        if isinstance(content, bytes)
    }
    paths = [path for path in search.contract_scope.filter_paths(search.change_set.paths) if path not in changed_paths]
    found = find_contracts(search.repository, head, ids, paths, contents, scope=search.contract_scope)
    contracts = {dataset_id: contracts[0] for dataset_id, contracts in found.contracts.items()}
    deprecated = {
        use.dataset_id
        for use in uses
        if use.dataset_id in contracts and uses_deprecated(use, contracts[use.dataset_id])
    }
    periods = find_periods(deprecated) if deprecated else {}
    missing = {use.dataset_id for use in uses if use.is_strict} - contracts.keys() - found.unreadable.keys()
    known_ids = tuple(dict.fromkeys(list_dataset_ids(_stream_texts(search, head, paths, contents)))) if missing else ()
    return {
        dataset_id: UsedDataset(
            contracts.get(dataset_id),
            found.unreadable.get(dataset_id, ""),
            periods.get(dataset_id),
            known_ids if dataset_id in missing else (),
        )
        for dataset_id in ids
    }


def _stream_texts(
    search: ConsumerSearch, head: str, paths: Sequence[str], contents: Mapping[str, bytes]
) -> Iterator[tuple[str, bytes]]:
    """Yield the texts of the unchanged files at `paths`, and of the changed ones."""
    git, entries = list_entries(search.repository, head)
    paths_by_id = {entries[path]: path for path in paths if entries[path]}
    for oid, text in stream_blobs(git, paths_by_id):
        yield paths_by_id[oid], text
    yield from contents.items()
