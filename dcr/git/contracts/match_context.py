"""What matching asks beyond the changed files: other claims, contracts that left the scope, the base's newest."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dcr.compatibility.matching import MatchContext
from dcr.formats import read_content
from dcr.git.contracts.dataset_locations import find_dataset_locations
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


def create_match_context(
    repository: Repository,
    tip: BaseTip,
    head: str,
    *,
    found: ChangeSet,
    looked_at: Sequence[Change],
    untouched: Mapping[str, bytes],
    scope: Scope,
) -> MatchContext:
    """Return the answers to what matching may ask; nothing is read before it is asked for."""
    changed = {each.path for each in found.changes}
    covers = scope.covers

    def claims(ids: Iterable[str]) -> Mapping[str, tuple[Location, ...]]:
        unchanged = [path for path in found.paths if path not in changed and covers(path)]
        in_scope = {path: content for path, content in untouched.items() if covers(path)}
        return find_dataset_locations(repository, head, set(ids), unchanged, in_scope, scope=scope)

    def elsewhere(ids: Iterable[str]) -> Mapping[str, Contract]:
        known = {each.path for each in looked_at}
        return _find_contracts(repository, [each for each in found.changes if each.path not in known], set(ids))

    def removed(contracts: Sequence[Contract]) -> frozenset[str]:
        ids = tip.find_removed_datasets(contracts)
        return (
            frozenset(ids - _find_contracts(repository, tip.list_changes_out_of_scope(), ids).keys())
            if ids
            else frozenset()
        )

    return MatchContext(claims, elsewhere, lambda: tip.published_contracts, removed)


def _find_contracts(repository: Repository, changes: Sequence[Change], ids: set[str]) -> dict[str, Contract]:
    """Return the contracts of some datasets that changed files outside the scope hold."""
    wanted = [each.encode("utf-8", "surrogateescape") for each in ids]
    homes: dict[str, Contract] = {}
    for few in _split_into_batches(changes):
        try:
            contents = read_proposed_contents(repository, few)
        except UnreadableFileError:
            continue  # a file that no glob covers stops nothing: the contract counts as removed
        for path, content in contents.items():
            if isinstance(content, bytes) and any(each in content for each in wanted):
                homes.update(
                    {each.dataset_id: each for each in read_content(path, content).contracts if each.dataset_id in ids}
                )
    return homes


def _split_into_batches(changes: Sequence[Change]) -> Iterator[Sequence[Change]]:
    """Yield changed files in portions that fit in memory: anything may lie outside the scope."""
    there = [each for each in changes if each.in_proposed]
    yield from ([each] for each in there if each.proposed_id is None)
    objects = [each for each in there if each.proposed_id is not None]
    for number in range(0, len(objects), 50):
        yield objects[number : number + 50]
