"""The versions of one dataset, each with the step that led to it: the bump it owed and took, and what it broke."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from dcr.compatibility.engine import run_rules
from dcr.compatibility.pairs import ContractPair
from dcr.policy.issue_adjustment import adjust_issues
from dcr.policy.policy import StricterPolicy
from dcr.registry.enforcement import with_enforcement
from dcr.registry.history.facts import is_same_except_version

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from dcr.compatibility.issue import Issue
    from dcr.contract.contract import Contract
    from dcr.git.history import Commit
    from dcr.policy.policy import Policy
    from dcr.registry.history.timeline import History, Release, Revision

RELEASED, EDITED, STATUS, MOVED, REWORDED, REMOVED, RETURNED = (
    "released", "edited", "status", "moved", "reworded", "removed", "returned",
)  # fmt: skip
"""What a commit did: a new version, another meaning under the version there was, another status in place, another
file, only other words for the same, the dataset gone, or back again."""


class HistoryStep(NamedTuple):
    """What one commit made of a dataset, and what that took and broke against the state before.

    `required_bump` and `actual_bump` are bumps, None where there was nothing before to compare with; `issues` are today's
    rules' under the policy.
    """

    revision: Revision
    change: str
    previous: Revision | None
    required_bump: str | None = None
    actual_bump: str | None = None
    issues: tuple[Issue, ...] = ()


class Version(NamedTuple):
    """A release and the steps that had it, oldest first; `conflicting_releases` are other meanings of the same version."""

    release: Release
    steps: tuple[HistoryStep, ...]
    conflicting_releases: tuple[Release, ...]

    @property
    def first_step(self) -> HistoryStep:
        """The step that released it."""
        return self.steps[0]

    def find_status_commit(self, status: str) -> Commit | None:
        """Return the commit from which on it has had a status without a break; None when it is in another."""
        found = None
        for step in reversed(self.steps):
            if step.revision.facts is None or step.revision.facts.status != status:
                break
            found = step.revision.commit
        return found


def list_steps(history: History, dataset_id: str) -> list[HistoryStep]:
    """Return what each commit did to a dataset, oldest first, not judged."""
    found: list[HistoryStep] = []
    before: Revision | None = None  # the last that held it, over any time it was gone
    gone = False
    for state in history.list_revisions(dataset_id):
        did = _classify_step(before, state, gone=gone)
        found.append(HistoryStep(state, did, before))
        gone = state.facts is None
        before = before if gone else state
    return found


def judge_steps(history: History, steps: Sequence[HistoryStep], policy: Policy) -> list[HistoryStep]:
    """Return the same steps with what each owed, took and broke; reads the full contracts it needs at once."""
    wanted = [each for each in steps if each.previous is not None and each.change not in (MOVED, REWORDED)]
    sides = list(
        dict.fromkeys(state for each in wanted for state in (each.previous, each.revision) if state is not None)
    )
    contracts = history.read_meanings(
        sides, {each for step in wanted if _changes_meaning(step) for each in _list_sides(step)}
    )
    asked = {each.revision for each in wanted}
    return [_judge_step(each, contracts, policy) if each.revision in asked else each for each in steps]


def _changes_meaning(step: HistoryStep) -> bool:
    """Whether a step changed more than a version's number."""
    return step.previous is None or not is_same_except_version(step.previous.facts, step.revision.facts)


def _list_sides(step: HistoryStep) -> tuple[Revision, ...]:
    return (step.revision,) if step.previous is None else (step.previous, step.revision)


def list_versions(history: History, steps: Iterable[HistoryStep], dataset_id: str) -> list[Version]:
    """Return every version of a dataset with every meaning it had, newest first."""
    taken: dict[tuple[str, str], list[HistoryStep]] = {}
    for step in steps:
        if step.revision.facts:
            taken.setdefault((step.revision.facts.version, step.revision.facts.digest), []).append(step)
    released = history.list_releases(dataset_id)
    found = []
    for release in reversed(released):
        rivals = tuple(
            each for each in released if each.version and each.version == release.version and each is not release
        )
        found.append(Version(release, tuple(taken[release.version, release.digest]), rivals))
    return found


def _classify_step(before: Revision | None, state: Revision, *, gone: bool) -> str:
    now, earlier = state.facts, before.facts if before else None
    if now is None or before is None or earlier is None:
        return REMOVED if now is None else RELEASED
    tests = (
        (RETURNED, gone),
        (RELEASED, now.version != earlier.version),
        (EDITED, now.digest != earlier.digest),
        (STATUS, (now.status, now.deprecation_uri) != (earlier.status, earlier.deprecation_uri)),
        (MOVED, (state.path, now.format) != (before.path, earlier.format)),
    )
    return next((did for did, holds in tests if holds), REWORDED)


def _judge_step(step: HistoryStep, contracts: dict[Revision, Contract | None], policy: Policy) -> HistoryStep:
    previous = contracts[step.previous] if step.previous else None
    proposed = contracts[step.revision]
    dataset_id = previous.dataset_id if previous else ""
    pair = with_enforcement(ContractPair(previous, proposed), step.revision)
    verdict = run_rules(pair, policy.get_mode(dataset_id))
    issues = adjust_issues(verdict, pair, StricterPolicy(policy, policy), (), "")
    return step._replace(required_bump=verdict.required_bump, actual_bump=verdict.actual_bump, issues=issues)
