"""What matching asks beyond the changed files: other claims, contracts that left the scope, the base's newest."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dcr.compatibility.matching import Surroundings
from dcr.formats import read
from dcr.git.contracts.claims import claims_of
from dcr.git.contracts.contents import proposed_contents
from dcr.git.worktree import UnreadableFileError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from dcr.contract.contract import Contract
    from dcr.git.base.tip import BaseTip
    from dcr.git.changes import Change, ChangeSet
    from dcr.git.repository import Repository
    from dcr.parsing.location import Location
    from dcr.policy.globs import Scope


def surroundings(
    repository: Repository,
    tip: BaseTip,
    head: str,
    *,
    found: ChangeSet,
    looked_at: Sequence[Change],
    untouched: Mapping[str, bytes],
    scope: Scope,
) -> Surroundings:
    """Return the answers to what matching may ask; nothing is read before it is asked for."""
    changed = {each.path for each in found.changes}
    covers = scope.covers

    def claims(ids: Iterable[str]) -> Mapping[str, tuple[Location, ...]]:
        unchanged = [path for path in found.paths if path not in changed and covers(path)]
        in_scope = {path: content for path, content in untouched.items() if covers(path)}
        return claims_of(repository, head, set(ids), unchanged, in_scope, scope=scope)

    def elsewhere(ids: Iterable[str]) -> Mapping[str, Contract]:
        known = {each.path for each in looked_at}
        return _found_in(repository, [each for each in found.changes if each.path not in known], set(ids))

    def removed(contracts: Sequence[Contract]) -> frozenset[str]:
        ids = tip.removed_datasets(contracts)
        return frozenset(ids - _found_in(repository, tip.out_of_scope(), ids).keys()) if ids else frozenset()

    return Surroundings(claims, elsewhere, lambda: tip.published, removed)


def _found_in(repository: Repository, changes: Sequence[Change], ids: set[str]) -> dict[str, Contract]:
    """Return the contracts of some datasets that changed files outside the scope hold."""
    wanted = [each.encode("utf-8", "surrogateescape") for each in ids]
    homes: dict[str, Contract] = {}
    for few in _few_at_a_time(changes):
        try:
            contents = proposed_contents(repository, few)
        except UnreadableFileError:
            continue  # a file that no glob covers stops nothing: the contract counts as removed
        for path, content in contents.items():
            if isinstance(content, bytes) and any(each in content for each in wanted):
                homes.update(
                    {each.dataset_id: each for each in read(path, content).contracts if each.dataset_id in ids}
                )
    return homes


def _few_at_a_time(changes: Sequence[Change]) -> Iterator[Sequence[Change]]:
    """Yield changed files in portions that fit in memory: anything may lie outside the scope."""
    there = [each for each in changes if each.in_proposed]
    yield from ([each] for each in there if each.proposed_id is None)
    objects = [each for each in there if each.proposed_id is not None]
    for number in range(0, len(objects), 50):
        yield objects[number : number + 50]
