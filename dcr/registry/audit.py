"""Judges what a branch let through: every transition of every dataset on it, by today's rules and policy."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING, NamedTuple

from dcr.compatibility.engine import judge
from dcr.compatibility.migration import comparable
from dcr.compatibility.modes import is_transitive
from dcr.compatibility.pairs import ContractPair
from dcr.compatibility.severities import INFO
from dcr.compatibility.transitive import judge_all
from dcr.git.history import line_of, whole_history
from dcr.git.policies import acceptances_at
from dcr.policy.effective import Decisions, Governing
from dcr.policy.history_needs import Question, question_of
from dcr.policy.policy import StricterPolicy
from dcr.registry.deprecation_dates import day_of
from dcr.registry.enforcement import with_enforcement
from dcr.registry.history.facts import alike
from dcr.registry.pair_history import Told, answered
from dcr.registry.releases import MOVED, REWORDED, steps_of

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator, Sequence

    from dcr.compatibility.engine import Verdict
    from dcr.compatibility.transitive import Older
    from dcr.contract.contract import Contract
    from dcr.git.repository import Repository
    from dcr.registry.history.replay import Unread
    from dcr.registry.history.timeline import History, State
    from dcr.registry.releases import Step
    from dcr.registry.snapshot import Opened

AT_ONCE = 100
"""Datasets whose contracts are held in memory together."""


class Slip(NamedTuple):
    """One transition that today's rules have something to say about: the step with its issues, and its dataset."""

    dataset_id: str
    step: Step


class Audit(NamedTuple):
    """What an audit found, newest first, in how many transitions of how many datasets.

    `unread` are the files that it could not read, where they may be about those datasets: oldest first.
    """

    slips: tuple[Slip, ...]
    transitions: int
    datasets: int
    unread: tuple[Unread, ...]


class _Judged(NamedTuple):
    dataset_id: str
    step: Step
    pair: ContractPair
    verdict: Verdict
    older: tuple[Older, ...]


def audit(
    opened: Opened,
    history: History,
    dataset_ids: Sequence[str],
    since: str | None = None,
    progress: Callable[[str], None] = lambda _: None,
) -> Audit:
    """Return what slipped through on the line of commits that a history is of, with `since` only after that commit.

    A transition is a commit that changed what a dataset means, its version or its status, took it away or brought it
    back; the first version of a dataset breaks nothing. Each is judged in the mode that the policy has for the
    dataset, and what stands in `dcr.accepted.yaml` of its own commit counts as accepted. Raises `UsageError` for a
    `since` that does not lead here, `ShallowHistoryError` where the clone lacks what is to be judged.
    """
    if since is None:
        whole_history(opened.repository, "an audit")
    order = {commit: number for number, commit in enumerate(line_of(opened.repository, opened.commit, since))}
    policy = StricterPolicy(opened.policy, opened.policy)
    slips: list[Slip] = []
    transitions = 0
    waiting = iter(dataset_ids)
    done = 0
    while chunk := list(islice(waiting, AT_ONCE)):
        progress(f"judging {done:,} of {len(dataset_ids):,} datasets")
        found = list(_chunk(opened.repository, history, chunk, order, policy))
        transitions += sum(each.step.state.commit.id in order for each in found)
        slips += [each for each in _accepted(opened, found, policy) if each.step.state.commit.id in order]
        history.let_go(chunk)
        done += len(chunk)
    slips.sort(key=lambda slip: (order[slip.step.state.commit.id], slip.dataset_id))
    return Audit(tuple(slips), transitions, len(dataset_ids), tuple(_unread(history, order, dataset_ids)))


def _unread(history: History, commits: Collection[str], dataset_ids: Sequence[str]) -> Iterator[Unread]:
    """Yield what could not be read in some commits or cannot be now, but for what is about other datasets."""
    asked, now = set(dataset_ids), set(history.unread_now)
    for each in history.unread:
        about = asked.intersection(each.datasets) or not each.datasets
        if about and (each.commit.id in commits or each in now):
            yield each


def _chunk(
    repository: Repository,
    history: History,
    dataset_ids: Sequence[str],
    commits: Collection[str],
    policy: StricterPolicy,
) -> Iterator[_Judged]:
    """Yield every transition of some datasets, judged; the contracts it takes are read by one git command.

    In a transitive mode also those before the commits: what one of them broke is not what a later one let through.
    """
    steps = {each: steps_of(history, each) for each in dataset_ids}
    wanted: dict[str, list[int]] = {}
    for each, own in steps.items():
        counting = [number for number, step in enumerate(own) if _counts(step)]
        asked = [number for number in counting if own[number].state.commit.id in commits]
        wanted[each] = counting if asked and is_transitive(policy.mode_of(each)) else asked
    asked_for = [steps[each][number] for each, numbers in wanted.items() for number in numbers]
    read = _Contracts(history, asked_for, [step.state for each in wanted if wanted[each] for step in steps[each]])
    for dataset_id, numbers in wanted.items():
        for number in numbers:
            past = [each.state for each in steps[dataset_id][:number]]
            yield _judged(repository, dataset_id, steps[dataset_id][number], Told(past, (), read), policy)


class _Contracts:
    """The contracts that some transitions compare, read at once; those of all older states once one is asked for.

    Where they stand in their files is known of those that differ in more than a version's number.
    """

    def __init__(self, history: History, steps: Iterable[Step], older: Sequence[State]) -> None:
        sides = [(each.before or each.state, each.state) for each in steps]
        exact = {state for one, other in sides if not alike(one.facts, other.facts) for state in (one, other)}
        self._history, self._older = history, older
        self._known = history.meanings(list(dict.fromkeys(state for both in sides for state in both)), exact)

    def __call__(self, states: Sequence[State]) -> list[Contract | None]:
        """Return the contract of each state, in order."""
        if any(each not in self._known for each in states):
            self._known.update(self._history.meanings([each for each in self._older if each not in self._known]))
        return [self._known[each] for each in states]


def _counts(step: Step) -> bool:
    """Whether a step is a transition; of an alias, one that its version does not make as well."""
    if step.before is None or step.did in (MOVED, REWORDED):
        return False
    before, after = (state.facts.alias_of if state.facts else None for state in (step.before, step.state))
    return before is None or after not in (before, None)


def _judged(repository: Repository, dataset_id: str, step: Step, told: Told, policy: StricterPolicy) -> _Judged:
    """Raise `ShallowHistoryError` for a transition that asks about more than a shallow clone holds."""
    previous, proposed = told.contracts([step.before or step.state, step.state])
    if previous is not None and proposed is not None:
        previous, proposed = comparable(previous, proposed)
    pair = with_enforcement(ContractPair(previous, proposed), step.state)
    mode = policy.mode_of(dataset_id)
    question = question_of(pair, mode, policy)
    if question.whole:
        whole_history(repository, "a transitive mode or a time of deprecation")
    if question != Question():
        pair = answered(pair, question, told, policy, day_of(step.state.commit))
    verdict, older = judge_all(pair, mode) if pair.earlier else (judge(pair, mode), ())
    return _Judged(dataset_id, step, pair, verdict, older)


def _accepted(opened: Opened, found: Sequence[_Judged], policy: StricterPolicy) -> Iterator[Slip]:
    """Yield the transitions about which something is left to say, with what their own commits accepted.

    A break with an older version that the transition before had too is that one's, and not said again.
    """
    said = [each for each in found if each.verdict.issues or each.older]
    decisions = acceptances_at(opened.repository, [each.step.state.commit.id for each in said]) if said else {}
    known: dict[str, set[tuple[str, str | None]]] = {}
    for each in found:
        before = known.pop(each.dataset_id, set())
        if not each.verdict.issues and not each.older:
            continue
        state = each.step.state
        governing = Governing(policy, "", decisions=Decisions(decisions.get(state.commit.id, ())))
        issues = governing.apply(each.verdict, each.pair, day_of(state.commit).isoformat(), each.older)
        known[each.dataset_id] = {(issue.kind, issue.field) for issue in issues}
        version = each.pair.previous.version if each.pair.previous else None
        told = tuple(
            issue
            for issue in issues
            if (issue.severity != INFO or issue.accepted)
            and (issue.against in (None, version) or (issue.kind, issue.field) not in before)
        )
        if told:
            step = each.step._replace(owed=each.verdict.required_bump, taken=each.verdict.actual_bump, issues=told)
            yield Slip(each.dataset_id, step)
