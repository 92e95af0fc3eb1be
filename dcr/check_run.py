"""Holds the values of a check, and looks up the histories and the consumers that its changes need."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from dcr.git.changes import WORKTREE
from dcr.report.policy_issues import get_today

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Sequence

    from dcr.compatibility.issue import Issue
    from dcr.compatibility.match import Match
    from dcr.compatibility.pair_verdict import MatchVerdict
    from dcr.git.base.merge_bases import Base
    from dcr.git.base.tip import BaseTip
    from dcr.git.changes import ChangeSet
    from dcr.git.consumers.search import ConsumerSearch
    from dcr.git.repository import Repository
    from dcr.policy.effective_policy import EffectivePolicy
    from dcr.policy.scope import Scope
    from dcr.registry.history_request import HistoryRequest


class Run(NamedTuple):
    """The values of a run that are known before the first contract is read.

    `paths` are the user's path arguments. `mode` is None if the policy sets it.
    """

    paths: tuple[str, ...]
    mode: str | None
    repository: Repository
    base: Base
    head: str
    change_set: ChangeSet
    policy: EffectivePolicy
    scope: Scope

    def get_mode(self, dataset_id: str | None) -> str:
        """Return the mode in which a dataset is checked."""
        return self.mode or self.policy.policy.get_mode(dataset_id or "")


def add_histories(run: Run, matches: list[Match], progress: Callable[[str], None]) -> list[Match]:
    """Return the matches, with the parts of the base's history that their changes and modes need."""
    from dcr.policy.required_history import RequiredHistory, find_required_history  # noqa: PLC0415

    if run.base.is_empty:
        return matches
    policy = run.policy.policy
    needs = [find_required_history(match.pair, run.get_mode(match.dataset_id), policy) for match in matches]
    if all(need == RequiredHistory() for need in needs):
        return matches
    from dcr.registry.history_lookup import attach_dataset_histories  # noqa: PLC0415 (few changes need the history)

    progress("reading the history")
    return attach_dataset_histories(_build_history_request(run), matches, needs)


def _build_history_request(run: Run) -> HistoryRequest:
    from dcr.registry.history_request import HistoryRequest  # noqa: PLC0415 (few changes need the history)

    blobs = {change.path: change.previous_id for change in run.change_set.changes}
    return HistoryRequest(run.repository, run.base.merge_base, run.scope, run.policy.policy, blobs)


def add_consumers(
    run: Run, tip: BaseTip, verdicts: list[MatchVerdict], progress: Callable[[str], None]
) -> Sequence[MatchVerdict]:
    """Return the verdicts, with the declared consumers that their issues reach."""
    if run.base.is_empty or not any(verdict.may_reach_consumers for verdict in verdicts):
        return verdicts
    from dcr.git.consumers.impact import add_declared_consumers  # noqa: PLC0415 (few changes break anything)

    progress("reading the consumers")
    are_complete = run.policy.policy.consumers.are_complete
    return add_declared_consumers(_build_consumer_search(run, tip), verdicts, get_today(), are_complete)


def judge_consumers(run: Run, is_checked: Callable[[str], bool]) -> tuple[tuple[Issue, ...], int, Collection[str]]:
    """Return the issues of the consumers in the checked changes, their number, and the changed files that declare any.

    Nothing is loaded or read if no such file changed.
    """
    if not run.change_set.changes:
        return (), 0, ()
    from dcr.consumers.declaration_paths import create_declaration_filter  # noqa: PLC0415 (only for a change)

    may_declare = create_declaration_filter(run.policy.policy.consumers.scope.matches_globs, run.change_set.paths)
    selected = is_checked if run.paths else may_declare
    if not any(may_declare(change.path) and selected(change.path) for change in run.change_set.changes):
        return (), 0, ()
    from dcr.git.base.tip import BaseTip  # noqa: PLC0415
    from dcr.git.consumers.own_changes import ConsumerCheck, check_changed_consumers  # noqa: PLC0415
    from dcr.registry.deprecation_periods import create_period_lookup  # noqa: PLC0415 (few changes have consumers)

    search = _build_consumer_search(run, BaseTip(run.repository, run.base, run.scope))
    find_periods = create_period_lookup(_build_history_request(run), is_empty=run.base.is_empty)
    return check_changed_consumers(
        ConsumerCheck(search, run.head, selected, run.policy.policy, find_periods, get_today())
    )


def _build_consumer_search(run: Run, tip: BaseTip) -> ConsumerSearch:
    from dcr.git.consumers.search import ConsumerSearch  # noqa: PLC0415 (few changes need the consumers)

    scope = run.policy.policy.consumers.scope
    is_worktree = run.head == WORKTREE
    return ConsumerSearch(
        run.repository, run.change_set, run.base.merge_base, tip, scope, run.scope, is_worktree=is_worktree
    )
