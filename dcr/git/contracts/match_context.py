"""Creates the lookups that matching needs beyond the changed files."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dcr.compatibility.matching import MatchContext
from dcr.formats import read_content
from dcr.git.contracts.contract_locations import find_contract_locations
from dcr.git.proposed_contents import read_proposed_contents
from dcr.git.worktree import UnreadableFileError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from dcr.contract.contract import Contract
    from dcr.git.base.tip import BaseTip
    from dcr.git.changes import Change, ChangeSet
    from dcr.git.repository import Repository
    from dcr.parsing.location import Location
    from dcr.policy.scope import Scope

_BATCH_SIZE = 50


def create_match_context(
    repository: Repository,
    tip: BaseTip,
    head: str,
    *,
    change_set: ChangeSet,
    checked_changes: Sequence[Change],
    unchanged: Mapping[str, bytes],
    scope: Scope,
) -> MatchContext:
    """Return the lookups that matching may need; each reads files only when it is called."""
    covers = scope.covers

    def find_locations(ids: Iterable[str]) -> Mapping[str, tuple[Location, ...]]:
        changed_paths = {change.path for change in change_set.changes}
        paths = [path for path in change_set.paths if path not in changed_paths and covers(path)]
        contents = {path: content for path, content in unchanged.items() if covers(path)}
        return find_contract_locations(repository, head, set(ids), paths, contents, scope=scope)

    def find_out_of_scope(ids: Iterable[str]) -> Mapping[str, Contract]:
        checked_paths = {change.path for change in checked_changes}
        changes = [change for change in change_set.changes if change.path not in checked_paths]
        return _find_contracts(repository, changes, set(ids))

    def find_removed(contracts: Sequence[Contract]) -> frozenset[str]:
        ids = tip.find_removed_datasets(contracts)
        if not ids:
            return frozenset()
        return frozenset(ids - _find_contracts(repository, tip.list_changes_out_of_scope(), ids).keys())

    return MatchContext(find_locations, find_out_of_scope, lambda: tip.published_contracts, find_removed)


def _find_contracts(repository: Repository, changes: Sequence[Change], ids: set[str]) -> dict[str, Contract]:
    """Return the contracts of some datasets in changed files outside the scope."""
    searched = [dataset_id.encode("utf-8", "surrogateescape") for dataset_id in ids]
    contracts: dict[str, Contract] = {}
    for batch in _split_into_batches(changes):
        try:
            contents = read_proposed_contents(repository, batch)
        except UnreadableFileError:
            continue  # a file out of scope stops no check: its contract counts as removed
        for path, content in contents.items():
            if isinstance(content, bytes) and any(dataset_id in content for dataset_id in searched):
                for contract in read_content(path, content).contracts:
                    if contract.dataset_id in ids:
                        contracts[contract.dataset_id] = contract
    return contracts


def _split_into_batches(changes: Sequence[Change]) -> Iterator[Sequence[Change]]:
    """Yield changed files in batches that fit in memory, since files outside the scope may be of any size."""
    present = [change for change in changes if change.in_proposed]
    yield from ([change] for change in present if change.proposed_id is None)
    objects = [change for change in present if change.proposed_id is not None]
    for start in range(0, len(objects), _BATCH_SIZE):
        yield objects[start : start + _BATCH_SIZE]
