"""The contracts of two commits, or of a commit and the working tree, where their files differ."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from dcr.git.changes import INDEX, WORKTREE, list_changes
from dcr.git.contracts.changed_files import read_changed_files
from dcr.git.contracts.dataset_locations import find_dataset_locations
from dcr.git.policies import read_governing_policy, read_policy
from dcr.policy.policy import StricterPolicy

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from dcr.contract.contract import Contract
    from dcr.formats.parsed_file import ParsedFile
    from dcr.git.repository import Repository


class UnreadableFile(NamedTuple):
    """A file of one side that cannot be read: what it holds is not compared."""

    path: str
    side: str
    message: str


class Comparison(NamedTuple):
    """The contracts of both sides in files that differ, and the policy both follow, the stricter where they differ."""

    previous: tuple[Contract, ...]
    proposed: tuple[Contract, ...]
    unreadable: tuple[UnreadableFile, ...]
    policy: StricterPolicy


def compare_commits(repository: Repository, before: str, after: str) -> Comparison:
    """Return what differs between a commit and another, or `worktree`. Raises a `DcrError` when git cannot say."""
    found = list_changes(repository, before, after)
    if after in (WORKTREE, INDEX):
        policy = read_governing_policy(repository, before, found.changes, "base").policy
    else:
        policy = StricterPolicy(read_policy(repository, before), read_policy(repository, after))
    scope = policy.scope
    changes = [each for each in found.changes if scope.covers(each.path)]
    previous, proposed, untouched = read_changed_files(repository, changes, before, scope.matches_globs)
    unread = [*_list_unreadable(previous, "previous"), *_list_unreadable(proposed, "proposed")]
    held = _list_dataset_keys({each.path for each in unread if each.side == "proposed"}, previous)
    then = [each for each in _list_contracts(previous) if (each.path, each.dataset_id) not in held]
    now = _list_contracts(proposed)
    lost = {each.dataset_id for each in then} - {each.dataset_id for each in now}
    if lost:
        changed = {each.path for each in changes}
        unchanged = [path for path in scope.filter_paths(found.paths) if path not in changed]
        elsewhere = find_dataset_locations(repository, after, lost, unchanged, untouched, scope=scope)
        then = [each for each in then if each.dataset_id not in elsewhere]
    return Comparison(tuple(then), tuple(now), tuple(unread), policy)


def _list_contracts(readings: Mapping[str, ParsedFile]) -> list[Contract]:
    return [contract for reading in readings.values() for contract in reading.contracts]


def _list_unreadable(readings: Mapping[str, ParsedFile], side: str) -> Iterable[UnreadableFile]:
    for path, reading in readings.items():
        fatal = next((each for each in reading.problems if each.is_fatal), None)
        if fatal is not None:
            yield UnreadableFile(path, side, f"line {fatal.location.line}: {fatal.message}")


def _list_dataset_keys(paths: set[str], previous: Mapping[str, ParsedFile]) -> set[tuple[str, str]]:
    """What a file held that cannot be read now is not gone: nothing is said of it."""
    return {(path, each.dataset_id) for path in paths if path in previous for each in previous[path].contracts}
