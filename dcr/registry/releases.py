"""The versions of one dataset, each with the step that led to it: the bump it owed and took, and what it broke."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from dcr.compatibility.engine import judge
from dcr.compatibility.pairs import ContractPair
from dcr.policy.application import apply
from dcr.policy.policy import StricterPolicy
from dcr.registry.enforcement import with_enforcement
from dcr.registry.history.facts import alike

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from dcr.compatibility.issue import Issue
    from dcr.contract.contract import Contract
    from dcr.git.history import Commit
    from dcr.policy.policy import Policy
    from dcr.registry.history.timeline import History, Release, State

RELEASED, EDITED, STATUS, MOVED, REWORDED, REMOVED, RETURNED = (
    "released", "edited", "status", "moved", "reworded", "removed", "returned",
)  # fmt: skip
"""What a commit did: a new version, another meaning under the version there was, another status in place, another
file, only other words for the same, the dataset gone, or back again."""


class Step(NamedTuple):
    """What one commit made of a dataset, and what that took and broke against the state before.

    `owed` and `taken` are bumps, None where there was nothing before to compare with; `issues` are today's
    rules' under the policy.
    """

    state: State
    did: str
    before: State | None
    owed: str | None = None
    taken: str | None = None
    issues: tuple[Issue, ...] = ()


class Version(NamedTuple):
    """A release and the steps that had it, oldest first; `rivals` are other meanings of the same version."""

    release: Release
    steps: tuple[Step, ...]
    rivals: tuple[Release, ...]

    @property
    def introduced(self) -> Step:
        """The step that released it."""
        return self.steps[0]

    def since(self, status: str) -> Commit | None:
        """Return the commit from which on it has had a status without a break; None when it is in another."""
        found = None
        for step in reversed(self.steps):
            if step.state.facts is None or step.state.facts.status != status:
                break
            found = step.state.commit
        return found


def steps_of(history: History, dataset_id: str) -> list[Step]:
    """Return what each commit did to a dataset, oldest first, not judged."""
    found: list[Step] = []
    before: State | None = None  # the last that held it, over any time it was gone
    gone = False
    for state in history.states(dataset_id):
        did = _did(before, state, gone=gone)
        found.append(Step(state, did, before))
        gone = state.facts is None
        before = before if gone else state
    return found


def judged(history: History, steps: Sequence[Step], policy: Policy) -> list[Step]:
    """Return the same steps with what each owed, took and broke; reads the full contracts it needs at once."""
    wanted = [each for each in steps if each.before is not None and each.did not in (MOVED, REWORDED)]
    sides = list(dict.fromkeys(state for each in wanted for state in (each.before, each.state) if state is not None))
    contracts = history.meanings(sides, {each for step in wanted if _says_more(step) for each in _sides(step)})
    asked = {each.state for each in wanted}
    return [_judged(each, contracts, policy) if each.state in asked else each for each in steps]


def _says_more(step: Step) -> bool:
    """Whether a step changed more than a version's number."""
    return step.before is None or not alike(step.before.facts, step.state.facts)


def _sides(step: Step) -> tuple[State, ...]:
    return (step.state,) if step.before is None else (step.before, step.state)


def versions_of(history: History, steps: Iterable[Step], dataset_id: str) -> list[Version]:
    """Return every version of a dataset with every meaning it had, newest first."""
    taken: dict[tuple[str, str], list[Step]] = {}
    for step in steps:
        if step.state.facts:
            taken.setdefault((step.state.facts.version, step.state.facts.digest), []).append(step)
    released = history.released(dataset_id)
    found = []
    for release in reversed(released):
        rivals = tuple(
            each for each in released if each.version and each.version == release.version and each is not release
        )
        found.append(Version(release, tuple(taken[release.version, release.digest]), rivals))
    return found


def _did(before: State | None, state: State, *, gone: bool) -> str:
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


def _judged(step: Step, contracts: dict[State, Contract | None], policy: Policy) -> Step:
    previous = contracts[step.before] if step.before else None
    proposed = contracts[step.state]
    dataset_id = previous.dataset_id if previous else ""
    pair = with_enforcement(ContractPair(previous, proposed), step.state)
    verdict = judge(pair, policy.mode_of(dataset_id))
    issues = apply(verdict, pair, StricterPolicy(policy, policy), (), "")
    return step._replace(owed=verdict.required_bump, taken=verdict.actual_bump, issues=issues)
