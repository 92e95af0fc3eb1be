"""Holds the values of a check, and looks up the histories and the consumers that its changes need."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from dcr.report.policy_issues import get_today

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from dcr.compatibility.match import Match
    from dcr.compatibility.pair_verdict import MatchVerdict
    from dcr.git.base.merge_bases import Base
    from dcr.git.base.tip import BaseTip
    from dcr.git.changes import ChangeSet
    from dcr.git.repository import Repository
    from dcr.policy.effective_policy import EffectivePolicy
    from dcr.policy.scope import Scope


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
    from dcr.registry.history_lookup import attach_dataset_histories  # noqa: PLC0415
    from dcr.registry.history_request import HistoryRequest  # noqa: PLC0415 (few changes need the history)

    progress("reading the history")
    blobs = {change.path: change.previous_id for change in run.change_set.changes}
    request = HistoryRequest(run.repository, run.base.merge_base, run.scope, policy, blobs)
    return attach_dataset_histories(request, matches, needs)


def add_consumers(
    run: Run, tip: BaseTip, verdicts: list[MatchVerdict], progress: Callable[[str], None]
) -> Sequence[MatchVerdict]:
    """Return the verdicts, with the declared consumers that their issues reach."""
    if run.base.is_empty or not any(verdict.may_reach_consumers for verdict in verdicts):
        return verdicts
    from dcr.git.consumers.impact import add_declared_consumers  # noqa: PLC0415 (few changes break anything)
    from dcr.git.consumers.search import ConsumerSearch  # noqa: PLC0415

    progress("reading the consumers")
    scope = run.policy.policy.consumers.scope
    search = ConsumerSearch(run.repository, run.change_set, run.base.merge_base, tip, scope, run.scope)
    return add_declared_consumers(search, verdicts, get_today())
