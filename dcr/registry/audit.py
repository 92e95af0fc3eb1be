"""Judges what a branch let through: every transition of every dataset on it, by today's rules and policy."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING, NamedTuple

from dcr.compatibility.engine import run_rules
from dcr.compatibility.migration import make_comparable
from dcr.compatibility.modes import is_transitive
from dcr.compatibility.older_versions import check_all_versions
from dcr.compatibility.pairs import ContractPair
from dcr.compatibility.severities import INFO
from dcr.git.history import list_first_parents, require_full_history
from dcr.git.policies import read_acceptances
from dcr.policy.effective_policy import Acceptances, EffectivePolicy
from dcr.policy.history_needs import HistoryNeeds, find_history_needs
from dcr.policy.policy import StricterPolicy
from dcr.registry.deprecation_dates import get_commit_day
from dcr.registry.enforcement import with_enforcement
from dcr.registry.history.facts import is_same_except_version
from dcr.registry.pair_history import DatasetHistory, add_history
from dcr.registry.releases import MOVED, REWORDED, list_steps

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence

    from dcr.compatibility.engine import Verdict
    from dcr.compatibility.older_versions import OlderVerdict
    from dcr.contract.contract import Contract
    from dcr.git.repository import Repository
    from dcr.registry.history.replay import UnreadableVersion
    from dcr.registry.history.timeline import History, Revision
    from dcr.registry.releases import HistoryStep
    from dcr.registry.snapshot import Snapshot

BATCH_SIZE = 100
"""Datasets whose contracts are held in memory together."""


class AuditedTransition(NamedTuple):
    """One transition that today's rules have something to say about: the step with its issues, and its dataset."""

    dataset_id: str
    step: HistoryStep


class Audit(NamedTuple):
    """What an audit found, newest first, in how many transitions of how many datasets.

    `unreadable` are the files that it could not read, where they may be about those datasets: oldest first.
    """

    findings: tuple[AuditedTransition, ...]
    transition_count: int
    dataset_count: int
    unreadable: tuple[UnreadableVersion, ...]


class _JudgedTransition(NamedTuple):
    dataset_id: str
    step: HistoryStep
    pair: ContractPair
    verdict: Verdict
    older: tuple[OlderVerdict, ...]


def audit(
    opened: Snapshot,
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
        require_full_history(opened.repository, "an audit")
    order = {
        commit: number for number, commit in enumerate(list_first_parents(opened.repository, opened.commit, since))
    }
    policy = StricterPolicy(opened.policy, opened.policy)
    slips: list[AuditedTransition] = []
    transitions = 0
    waiting = iter(dataset_ids)
    done = 0
    while chunk := list(islice(waiting, BATCH_SIZE)):
        progress(f"judging {done:,} of {len(dataset_ids):,} datasets")
        found = list(_judge_batch(opened.repository, history, chunk, order, policy))
        transitions += sum(each.step.revision.commit.id in order for each in found)
        slips += [each for each in _apply_acceptances(opened, found, policy) if each.step.revision.commit.id in order]
        history.drop_contracts(chunk)
        done += len(chunk)
    slips.sort(key=lambda slip: (order[slip.step.revision.commit.id], slip.dataset_id))
    return Audit(tuple(slips), transitions, len(dataset_ids), tuple(_find_unreadable(history, order, dataset_ids)))


def _find_unreadable(
    history: History, commits: Collection[str], dataset_ids: Sequence[str]
) -> Iterator[UnreadableVersion]:
    """Yield what could not be read in some commits or cannot be now, but for what is about other datasets."""
    asked, now = set(dataset_ids), set(history.still_unreadable)
    for each in history.unreadable:
        about = asked.intersection(each.datasets) or not each.datasets
        if about and (each.commit.id in commits or each in now):
            yield each


def _judge_batch(
    repository: Repository,
    history: History,
    dataset_ids: Sequence[str],
    commits: Collection[str],
    policy: StricterPolicy,
) -> Iterator[_JudgedTransition]:
    """Yield every transition of some datasets, judged; the contracts it takes are read by one git command.

    In a transitive mode also those before the commits: what one of them broke is not what a later one let through.
    """
    steps = {each: list_steps(history, each) for each in dataset_ids}
    wanted: dict[str, list[int]] = {}
    for each, own in steps.items():
        counting = [number for number, step in enumerate(own) if _is_transition(step)]
        asked = [number for number in counting if own[number].revision.commit.id in commits]
        wanted[each] = counting if asked and is_transitive(policy.get_mode(each)) else asked
    asked_for = [steps[each][number] for each, numbers in wanted.items() for number in numbers]
    read = _ContractReader(
        history, asked_for, [step.revision for each in wanted if wanted[each] for step in steps[each]]
    )
    for dataset_id, numbers in wanted.items():
        for number in numbers:
            past = [each.revision for each in steps[dataset_id][:number]]
            yield _judge_transition(
                repository, dataset_id, steps[dataset_id][number], DatasetHistory(past, (), read), policy
            )


class _ContractReader:
    """The contracts that some transitions compare, read at once; those of all older states once one is asked for.

    Where they stand in their files is known of those that differ in more than a version's number.
    """

    def __init__(self, history: History, steps: Iterable[HistoryStep], older: Sequence[Revision]) -> None:
        sides = [(each.previous or each.revision, each.revision) for each in steps]
        exact = {
            state
            for one, other in sides
            if not is_same_except_version(one.facts, other.facts)
            for state in (one, other)
        }
        self._history, self._older_revisions = history, older
        self._contracts = history.read_meanings(list(dict.fromkeys(state for both in sides for state in both)), exact)

    def __call__(self, states: Sequence[Revision]) -> list[Contract | None]:
        """Return the contract of each state, in order."""
        if any(each not in self._contracts for each in states):
            self._contracts.update(
                self._history.read_meanings([each for each in self._older_revisions if each not in self._contracts])
            )
        return [self._contracts[each] for each in states]


def _is_transition(step: HistoryStep) -> bool:
    """Whether a step is a transition; of an alias, one that its version does not make as well."""
    if step.previous is None or step.change in (MOVED, REWORDED):
        return False
    before, after = (state.facts.alias_of if state.facts else None for state in (step.previous, step.revision))
    return before is None or after not in (before, None)


def _judge_transition(
    repository: Repository, dataset_id: str, step: HistoryStep, told: DatasetHistory, policy: StricterPolicy
) -> _JudgedTransition:
    """Raise `ShallowHistoryError` for a transition that asks about more than a shallow clone holds."""
    previous, proposed = told.read_contracts([step.previous or step.revision, step.revision])
    if previous is not None and proposed is not None:
        previous, proposed = make_comparable(previous, proposed)
    pair = with_enforcement(ContractPair(previous, proposed), step.revision)
    mode = policy.get_mode(dataset_id)
    question = find_history_needs(pair, mode, policy)
    if question.needs_full_history:
        require_full_history(repository, "a transitive mode or a time of deprecation")
    if question != HistoryNeeds():
        pair = add_history(pair, question, told, policy, get_commit_day(step.revision.commit))
    verdict, older = check_all_versions(pair, mode) if pair.older_versions else (run_rules(pair, mode), ())
    return _JudgedTransition(dataset_id, step, pair, verdict, older)


def _apply_acceptances(
    opened: Snapshot, found: Sequence[_JudgedTransition], policy: StricterPolicy
) -> Iterator[AuditedTransition]:
    """Yield the transitions about which something is left to say, with what their own commits accepted.

    A break with an older version that the transition before had too is that one's, and not said again.
    """
    said = [each for each in found if each.verdict.issues or each.older]
    decisions = read_acceptances(opened.repository, [each.step.revision.commit.id for each in said]) if said else {}
    known: dict[str, set[tuple[str, str | None]]] = {}
    for each in found:
        before = known.pop(each.dataset_id, set())
        if not each.verdict.issues and not each.older:
            continue
        state = each.step.revision
        governing = EffectivePolicy(policy, "", acceptances=Acceptances(decisions.get(state.commit.id, ())))
        issues = governing.apply(each.verdict, each.pair, get_commit_day(state.commit).isoformat(), each.older)
        known[each.dataset_id] = {(issue.kind, issue.field) for issue in issues}
        version = each.pair.previous.version if each.pair.previous else None
        told = tuple(
            issue
            for issue in issues
            if (issue.severity != INFO or issue.accepted)
            and (issue.against in (None, version) or (issue.kind, issue.field) not in before)
        )
        if told:
            step = each.step._replace(
                required_bump=each.verdict.required_bump, actual_bump=each.verdict.actual_bump, issues=told
            )
            yield AuditedTransition(each.dataset_id, step)


def judge_transitions(
    snapshot: Snapshot, history: History, dataset_ids: Sequence[str], contracts: Mapping[Revision, Contract | None]
) -> Iterator[AuditedTransition]:
    """Yield every transition of some datasets, oldest first for each, also those without issues.

    `contracts` are those of all revisions. Issues and bumps are those of `audit`, except that locations are not exact.
    Raise `ShallowHistoryError` if the clone lacks commits that a rule needs.
    """
    policy = StricterPolicy(snapshot.policy, snapshot.policy)
    transitions = []
    for dataset_id in dataset_ids:
        steps = list_steps(history, dataset_id)
        revisions = [step.revision for step in steps]
        for number, step in enumerate(steps):
            if _is_transition(step):
                earlier = DatasetHistory(revisions[:number], (), lambda wanted: [contracts[each] for each in wanted])
                transitions.append(_judge_transition(snapshot.repository, dataset_id, step, earlier, policy))
    found = {(each.dataset_id, each.step.revision): each for each in _apply_acceptances(snapshot, transitions, policy)}
    for each in transitions:
        verdict = each.verdict
        step = each.step._replace(required_bump=verdict.required_bump, actual_bump=verdict.actual_bump)
        yield found.get((each.dataset_id, each.step.revision)) or AuditedTransition(each.dataset_id, step)
