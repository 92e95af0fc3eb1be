"""Reads the contracts of two commits, or of a commit and the working tree, in the files that differ."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from dcr.git.changes import INDEX, WORKTREE, list_changes
from dcr.git.contracts.changed_files import read_changed_files
from dcr.git.contracts.contract_locations import find_contract_locations
from dcr.git.policies import read_effective_policy, read_policy
from dcr.policy.policy import StricterPolicy

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from dcr.contract.contract import Contract
    from dcr.formats.parsed_file import ParsedFile
    from dcr.git.repository import Repository


class UnreadableFile(NamedTuple):
    """A file that cannot be read on one side. Its datasets are not compared."""

    path: str
    side: str
    message: str


class Comparison(NamedTuple):
    """The contracts of both sides in the files that differ, and the stricter of both policies."""

    previous: tuple[Contract, ...]
    proposed: tuple[Contract, ...]
    unreadable: tuple[UnreadableFile, ...]
    policy: StricterPolicy


def compare_commits(repository: Repository, before: str, after: str) -> Comparison:
    """Return the contracts that differ between a commit and another commit, or `worktree`.

    Raise a `DcrError` if git fails.
    """
    change_set = list_changes(repository, before, after)
    if after in (WORKTREE, INDEX):
        policy = read_effective_policy(repository, before, change_set.changes, "base").policy
    else:
        policy = StricterPolicy(read_policy(repository, before), read_policy(repository, after))
    scope = policy.scope
    changes = [change for change in change_set.changes if scope.covers(change.path)]
    previous, proposed, untouched = read_changed_files(repository, changes, before, scope.matches_globs)
    unreadable = [*_list_unreadable(previous, "previous"), *_list_unreadable(proposed, "proposed")]
    unreadable_now = {file.path for file in unreadable if file.side == "proposed"}
    # A dataset whose file cannot be read any more is not compared, because it may still be defined there.
    old = [contract for contract in _list_contracts(previous) if contract.path not in unreadable_now]
    new = _list_contracts(proposed)
    missing = {contract.dataset_id for contract in old} - {contract.dataset_id for contract in new}
    if missing:
        changed = {change.path for change in changes}
        unchanged = [path for path in scope.filter_paths(change_set.paths) if path not in changed]
        moved = find_contract_locations(repository, after, missing, unchanged, untouched, scope=scope)
        old = [contract for contract in old if contract.dataset_id not in moved]
    return Comparison(tuple(old), tuple(new), tuple(unreadable), policy)


def _list_contracts(files: Mapping[str, ParsedFile]) -> list[Contract]:
    return [contract for file in files.values() for contract in file.contracts]


def _list_unreadable(files: Mapping[str, ParsedFile], side: str) -> Iterable[UnreadableFile]:
    for path, file in files.items():
        fatal = next((problem for problem in file.problems if problem.is_fatal), None)
        if fatal is not None:
            yield UnreadableFile(path, side, f"line {fatal.location.line}: {fatal.message}")
