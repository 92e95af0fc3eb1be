"""The contracts of two commits, or of a commit and the working tree, where their files differ."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from dcr.git.changes import INDEX, WORKTREE, changes_since
from dcr.git.contracts.claims import claims_of
from dcr.git.contracts.versions import both_sides
from dcr.git.policies import governing_policy, policy_of
from dcr.policy.policy import StricterPolicy

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from dcr.contract.contract import Contract
    from dcr.formats.reading import Reading
    from dcr.git.repository import Repository


class Unread(NamedTuple):
    """A file of one side that cannot be read: what it holds is not compared."""

    path: str
    side: str
    message: str


class Compared(NamedTuple):
    """The contracts of both sides in files that differ, and the policy both follow, the stricter where they differ."""

    previous: tuple[Contract, ...]
    proposed: tuple[Contract, ...]
    unread: tuple[Unread, ...]
    policy: StricterPolicy


def compare(repository: Repository, before: str, after: str) -> Compared:
    """Return what differs between a commit and another, or `worktree`. Raises a `DcrError` when git cannot say."""
    found = changes_since(repository, before, after)
    if after in (WORKTREE, INDEX):
        policy = governing_policy(repository, before, found.changes, "base").policy
    else:
        policy = StricterPolicy(policy_of(repository, before), policy_of(repository, after))
    scope = policy.scope
    changes = [each for each in found.changes if scope.covers(each.path)]
    previous, proposed, untouched = both_sides(repository, changes, before, scope.names)
    unread = [*_unread(previous, "previous"), *_unread(proposed, "proposed")]
    held = _still_held({each.path for each in unread if each.side == "proposed"}, previous)
    then = [each for each in _contracts(previous) if (each.path, each.dataset_id) not in held]
    now = _contracts(proposed)
    lost = {each.dataset_id for each in then} - {each.dataset_id for each in now}
    if lost:
        changed = {each.path for each in changes}
        unchanged = [path for path in scope.covered(found.paths) if path not in changed]
        elsewhere = claims_of(repository, after, lost, unchanged, untouched, scope=scope)
        then = [each for each in then if each.dataset_id not in elsewhere]
    return Compared(tuple(then), tuple(now), tuple(unread), policy)


def _contracts(readings: Mapping[str, Reading]) -> list[Contract]:
    return [contract for reading in readings.values() for contract in reading.contracts]


def _unread(readings: Mapping[str, Reading], side: str) -> Iterable[Unread]:
    for path, reading in readings.items():
        fatal = next((each for each in reading.problems if each.fatal), None)
        if fatal is not None:
            yield Unread(path, side, f"line {fatal.location.line}: {fatal.message}")


def _still_held(paths: set[str], previous: Mapping[str, Reading]) -> set[tuple[str, str]]:
    """What a file held that cannot be read now is not gone: nothing is said of it."""
    return {(path, each.dataset_id) for path in paths if path in previous for each in previous[path].contracts}
