"""Lists the versions of a dataset and the commits that changed it, with required and actual bumps."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

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
"""The kinds of change: a new version, another meaning under the same version, another status, another file, another
wording of the same meaning, a removal, and a reintroduction."""


class HistoryStep(NamedTuple):
    """One commit's change to a dataset, compared with the previous revision.

    The bumps are None for the first revision. `issues` come from today's rules under the policy.
    """

    revision: Revision
    change: str
    previous: Revision | None
    required_bump: str | None = None
    actual_bump: str | None = None
    issues: tuple[Issue, ...] = ()


class Version(NamedTuple):
    """A release and its steps, oldest first. `conflicting_releases` are other meanings of the same version."""

    release: Release
    steps: tuple[HistoryStep, ...]
    conflicting_releases: tuple[Release, ...]

    @property
    def first_step(self) -> HistoryStep:
        """The step that released it."""
        return self.steps[0]

    def find_status_commit(self, status: str) -> Commit | None:
        """Return the commit since which the release has had a status, or None if it has another status now."""
        commit = None
        for step in reversed(self.steps):
            if step.revision.facts is None or step.revision.facts.status != status:
                break
            commit = step.revision.commit
        return commit


def list_steps(history: History, dataset_id: str) -> list[HistoryStep]:
    """Return each commit's change to a dataset, oldest first, without bumps and issues."""
    steps: list[HistoryStep] = []
    previous: Revision | None = None  # the last revision that was not a removal
    was_removed = False
    for revision in history.list_revisions(dataset_id):
        change = _classify_step(previous, revision, was_removed=was_removed)
        steps.append(HistoryStep(revision, change, previous))
        was_removed = revision.facts is None
        previous = previous if was_removed else revision
    return steps


def judge_steps(history: History, steps: Sequence[HistoryStep], policy: Policy) -> list[HistoryStep]:
    """Return the steps with their bumps and issues. All contracts they need are read at once."""
    compared = [step for step in steps if step.previous is not None and step.change not in (MOVED, REWORDED)]
    sides = list(
        dict.fromkeys(
            revision for step in compared for revision in (step.previous, step.revision) if revision is not None
        )
    )
    exact = {
        revision
        for step in compared
        if step.previous is not None and not is_same_except_version(step.previous.facts, step.revision.facts)
        for revision in (step.previous, step.revision)
    }
    contracts = history.read_meanings(sides, exact)
    compared_revisions = {step.revision for step in compared}
    return [_judge_step(step, contracts, policy) if step.revision in compared_revisions else step for step in steps]


def list_versions(history: History, steps: Iterable[HistoryStep], dataset_id: str) -> list[Version]:
    """Return every version of a dataset with each of its meanings, newest first."""
    steps_by_release: dict[tuple[str, str], list[HistoryStep]] = {}
    for step in steps:
        if step.revision.facts:
            key = (step.revision.facts.version, step.revision.facts.digest)
            steps_by_release.setdefault(key, []).append(step)
    releases = history.list_releases(dataset_id)
    has_conflicts = len({release.version for release in releases}) < len(releases)
    versions = []
    for release in reversed(releases):
        others = releases if has_conflicts and release.version else ()
        conflicting = tuple([other for other in others if other.version == release.version and other is not release])
        versions.append(Version(release, tuple(steps_by_release[release.version, release.digest]), conflicting))
    return versions


def _classify_step(previous: Revision | None, revision: Revision, *, was_removed: bool) -> str:
    facts, before = revision.facts, previous.facts if previous else None
    if facts is None or previous is None or before is None:
        return REMOVED if facts is None else RELEASED
    if was_removed:
        return RETURNED
    if facts.version != before.version:
        return RELEASED
    if facts.digest != before.digest:
        return EDITED
    if facts.status != before.status or facts.deprecation_uri != before.deprecation_uri:
        return STATUS
    is_moved = revision.path != previous.path or facts.format != before.format
    return MOVED if is_moved else REWORDED


def _judge_step(step: HistoryStep, contracts: dict[Revision, Contract | None], policy: Policy) -> HistoryStep:
    from dcr.compatibility.engine import run_rules  # noqa: PLC0415 (a list of versions needs no rules)
    from dcr.compatibility.pairs import ContractPair  # noqa: PLC0415
    from dcr.policy.policy import StricterPolicy  # noqa: PLC0415
    from dcr.policy.policy_application import apply_policy  # noqa: PLC0415
    from dcr.registry.enforcement import with_enforcement  # noqa: PLC0415

    previous = contracts[step.previous] if step.previous else None
    proposed = contracts[step.revision]
    dataset_id = previous.dataset_id if previous else ""
    pair = with_enforcement(ContractPair(previous, proposed), step.revision)
    verdict = run_rules(pair, policy.get_mode(dataset_id))
    issues = apply_policy(verdict, pair, StricterPolicy(policy, policy), (), "")
    return step._replace(required_bump=verdict.required_bump, actual_bump=verdict.actual_bump, issues=issues)
