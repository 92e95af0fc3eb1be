"""Checks every transition of every dataset on a branch by today's rules and policy."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from dcr.compatibility.modes import is_transitive
from dcr.compatibility.severities import INFO
from dcr.git.history import list_first_parents, require_full_history
from dcr.git.policies import read_acceptances
from dcr.parallel import Work, Workers, choose_jobs
from dcr.policy.acceptances import Acceptances
from dcr.policy.effective_policy import EffectivePolicy
from dcr.policy.policy import StricterPolicy
from dcr.registry.deprecation_dates import get_commit_day
from dcr.registry.history.facts import is_same_except_version
from dcr.registry.history_lookup import DatasetHistory, FormerRevisions
from dcr.registry.judged_transitions import JudgedTransition, add_redefinitions, judge_transition
from dcr.registry.redefinitions import list_redefined_versions, search_revisions
from dcr.registry.releases import MOVED, REWORDED, list_steps

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence

    from dcr.contract.contract import Contract
    from dcr.git.repository import Repository
    from dcr.registry.history.replay import UnreadableVersion
    from dcr.registry.history.timeline import History, Revision
    from dcr.registry.releases import HistoryStep
    from dcr.registry.snapshot import Snapshot

_SECONDS_PER_REVISION = 0.0008
"""About how long one process takes for a revision of a contract of twenty fields."""


class AuditedTransition(NamedTuple):
    """A transition with at least one issue: the dataset, and the step with its issues."""

    dataset_id: str
    step: HistoryStep


class Audit(NamedTuple):
    """The result of an audit. `findings` are newest first, `unreadable` oldest first.

    `unreadable` are the file versions that may concern the audited datasets and cannot be read.
    """

    findings: tuple[AuditedTransition, ...]
    transition_count: int
    dataset_count: int
    unreadable: tuple[UnreadableVersion, ...]


class AuditOptions(NamedTuple):
    """What to audit: with `since`, only commits after it. `jobs` is the number of processes, None for the cores.

    The contracts of `batch_size` datasets are in the memory of a process together.
    """

    since: str | None = None
    jobs: int | None = 1
    batch_size: int = 100


_DEFAULT_OPTIONS = AuditOptions()


class _Auditing(NamedTuple):
    """What the batches of an audit share; `order` numbers the audited commits."""

    snapshot: Snapshot
    history: History
    order: Mapping[str, int]


class _AuditedBatch(NamedTuple):
    findings: tuple[AuditedTransition, ...]
    transition_count: int


def audit(
    snapshot: Snapshot,
    history: History,
    dataset_ids: Sequence[str],
    options: AuditOptions = _DEFAULT_OPTIONS,
    progress: Callable[[str], None] = lambda _: None,
) -> Audit:
    """Return the issues in the history of some datasets.

    A transition is a commit that changed the meaning, version or status of a dataset, removed it, or added it again.
    The first version of a dataset is not a transition. Each transition is checked in the dataset's mode under the
    policy. Acceptances are read from `dcr.accepted.yaml` in its own commit. Raise `UsageError` if the commit of the
    options is not an ancestor, `ShallowHistoryError` if the clone lacks commits that the audit needs.
    """
    if options.since is None:
        require_full_history(snapshot.repository, "an audit")
    commits = list_first_parents(snapshot.repository, snapshot.commit, options.since)
    order = {commit: number for number, commit in enumerate(commits)}
    findings: list[AuditedTransition] = []
    transition_count = 0
    size = options.batch_size
    batches = [dataset_ids[start : start + size] for start in range(0, len(dataset_ids), size)]
    progress(f"checking {len(dataset_ids):,} datasets")
    work = Work(_prepare_audit, _Auditing(snapshot, history, order))
    with Workers(work, _choose_jobs(history, dataset_ids, options.jobs, len(batches))) as workers:
        for number, batch in enumerate(workers.map(batches), start=1):
            progress(f"checking {min(number * size, len(dataset_ids)):,} of {len(dataset_ids):,} datasets")
            findings += batch.findings
            transition_count += batch.transition_count
    findings.sort(key=lambda finding: (order[finding.step.revision.commit.id], finding.dataset_id))
    unreadable = tuple(_find_unreadable(history, order, dataset_ids))
    return Audit(tuple(findings), transition_count, len(dataset_ids), unreadable)


def _choose_jobs(history: History, dataset_ids: Iterable[str], requested: int | None, batches: int) -> int:
    """Return the number of processes. Contents with many datasets are read once, in one process, for all of these."""
    contents = [(each.path, each.blob) for dataset_id in dataset_ids for each in history.list_revisions(dataset_id)]
    if len(contents) > 2 * len(set(contents)):
        return 1
    return choose_jobs(requested, len(contents) * _SECONDS_PER_REVISION, batches)


def _prepare_audit(auditing: _Auditing) -> Callable[[Sequence[str]], _AuditedBatch]:
    """Return the function that audits a batch of datasets."""
    snapshot, history, order = auditing
    policy = StricterPolicy(snapshot.policy, snapshot.policy)

    def audit_batch(dataset_ids: Sequence[str]) -> _AuditedBatch:
        transitions = list(_judge_batch(snapshot.repository, history, dataset_ids, order, policy))
        findings = tuple(
            finding
            for finding in _apply_acceptances(snapshot, transitions, policy)
            if finding.step.revision.commit.id in order
        )
        history.drop_contracts(dataset_ids)
        return _AuditedBatch(findings, sum(each.step.revision.commit.id in order for each in transitions))

    return audit_batch


def _find_unreadable(
    history: History, commits: Collection[str], dataset_ids: Sequence[str]
) -> Iterator[UnreadableVersion]:
    """Yield the unreadable versions of some commits or of the newest one that may concern the datasets."""
    audited, current = set(dataset_ids), set(history.still_unreadable)
    for version in history.unreadable:
        may_concern = not version.datasets or not audited.isdisjoint(version.datasets)
        if may_concern and (version.commit.id in commits or version in current):
            yield version


def _judge_batch(
    repository: Repository,
    history: History,
    dataset_ids: Sequence[str],
    commits: Collection[str],
    policy: StricterPolicy,
) -> Iterator[JudgedTransition]:
    """Yield the judged transitions of some datasets. One git command reads the contracts they need.

    In a transitive mode, transitions before the commits are judged too, because a later transition repeats the breaks
    with older versions that an earlier one caused.
    """
    steps = {dataset_id: list_steps(history, dataset_id) for dataset_id in dataset_ids}
    numbers: dict[str, list[int]] = {}
    for dataset_id, dataset_steps in steps.items():
        transitions = [number for number, step in enumerate(dataset_steps) if _is_transition(step)]
        audited = [number for number in transitions if dataset_steps[number].revision.commit.id in commits]
        numbers[dataset_id] = transitions if audited and is_transitive(policy.get_mode(dataset_id)) else audited
    compared = [steps[dataset_id][number] for dataset_id, step_numbers in numbers.items() for number in step_numbers]
    older = [
        step.revision for dataset_id, step_numbers in numbers.items() if step_numbers for step in steps[dataset_id]
    ]
    redefined = {
        dataset_id: list(list_redefined_versions(step.revision for step in steps[dataset_id])) if step_numbers else []
        for dataset_id, step_numbers in numbers.items()
    }
    redefining = [revision for groups in redefined.values() for group in groups for revision in group]
    reader = _ContractReader(history, compared, redefining, older)
    for dataset_id, step_numbers in numbers.items():
        judged: list[JudgedTransition] = []
        former = FormerRevisions()
        for number in step_numbers:
            earlier = [step.revision for step in steps[dataset_id][:number]]
            dataset_history = DatasetHistory(earlier, (), reader, former)
            judged.append(judge_transition(repository, dataset_id, steps[dataset_id][number], dataset_history, policy))
        searches = [search_revisions(group, reader) for group in redefined[dataset_id]]
        yield from add_redefinitions(judged, searches, policy)


class _ContractReader:
    """Reads the contracts that some transitions compare, and others, at once; all older ones when one is needed.

    Contracts that differ in more than the version number have their exact locations.
    """

    def __init__(
        self, history: History, steps: Iterable[HistoryStep], others: Iterable[Revision], older: Sequence[Revision]
    ) -> None:
        sides = [(step.previous or step.revision, step.revision) for step in steps]
        exact = {
            revision
            for previous, proposed in sides
            if not is_same_except_version(previous.facts, proposed.facts)
            for revision in (previous, proposed)
        }
        compared = list(dict.fromkeys((*(revision for pair in sides for revision in pair), *others)))
        self._history, self._older_revisions = history, older
        self._contracts = history.read_meanings(compared, exact)

    def __call__(self, revisions: Sequence[Revision]) -> list[Contract | None]:
        """Return the contract of each revision, in order."""
        if any(revision not in self._contracts for revision in revisions):
            unread = [revision for revision in self._older_revisions if revision not in self._contracts]
            self._contracts.update(self._history.read_meanings(unread))
        return [self._contracts[revision] for revision in revisions]


def _is_transition(step: HistoryStep) -> bool:
    """Return whether a step is a transition. A step of an alias is none if its version makes the same step."""
    if step.previous is None or step.change in (MOVED, REWORDED):
        return False
    before, after = (revision.facts.alias_of if revision.facts else None for revision in (step.previous, step.revision))
    return before is None or after not in (before, None)


def _apply_acceptances(
    snapshot: Snapshot, transitions: Sequence[JudgedTransition], policy: StricterPolicy
) -> Iterator[AuditedTransition]:
    """Yield the transitions that have issues under the policy and the acceptances in their own commits.

    A break with an older version that the previous transition had too is reported there only.
    """
    with_issues = [transition for transition in transitions if transition.verdict.issues or transition.older]
    commits = [transition.step.revision.commit.id for transition in with_issues]
    acceptances = read_acceptances(snapshot.repository, commits) if commits else {}
    known: dict[str, set[tuple[str, str | None]]] = {}
    for transition in transitions:
        before = known.pop(transition.dataset_id, set())
        verdict, pair, older = transition.verdict, transition.pair, transition.older
        if not verdict.issues and not older:
            continue
        commit = transition.step.revision.commit
        effective = EffectivePolicy(policy, "", acceptances=Acceptances(acceptances.get(commit.id, ())))
        issues = effective.apply(verdict, pair, get_commit_day(commit).isoformat(), older)
        known[transition.dataset_id] = {(issue.kind, issue.field) for issue in issues}
        version = pair.previous.version if pair.previous else None
        reported = tuple(
            issue.without_fields()
            for issue in issues
            if (issue.severity != INFO or issue.accepted)
            and (issue.against in (None, version) or (issue.kind, issue.field) not in before)
        )
        if reported:
            step = transition.step._replace(
                required_bump=verdict.required_bump, actual_bump=verdict.actual_bump, issues=reported
            )
            yield AuditedTransition(transition.dataset_id, step)


def judge_transitions(
    snapshot: Snapshot, history: History, dataset_ids: Sequence[str], contracts: Mapping[Revision, Contract | None]
) -> Iterator[AuditedTransition]:
    """Yield every transition of some datasets, oldest first for each, also those without issues.

    `contracts` are those of all revisions. Issues and bumps are those of `audit`, except for the locations, which are
    not exact, and the order of what one commit changed, which depends on them.
    Raise `ShallowHistoryError` if the clone lacks commits that a rule needs.
    """
    policy = StricterPolicy(snapshot.policy, snapshot.policy)

    def read_contracts(revisions: Sequence[Revision]) -> list[Contract | None]:
        return [contracts[revision] for revision in revisions]

    transitions: list[JudgedTransition] = []
    for dataset_id in dataset_ids:
        steps = list_steps(history, dataset_id)
        revisions = [step.revision for step in steps]
        judged, former = [], FormerRevisions()
        for number, step in enumerate(steps):
            if _is_transition(step):
                earlier = DatasetHistory(revisions[:number], (), read_contracts, former)
                judged.append(judge_transition(snapshot.repository, dataset_id, step, earlier, policy))
        searches = [search_revisions(group, read_contracts) for group in list_redefined_versions(revisions)]
        transitions += add_redefinitions(judged, searches, policy)
    found = {(each.dataset_id, each.step.revision): each for each in _apply_acceptances(snapshot, transitions, policy)}
    for each in transitions:
        verdict = each.verdict
        step = each.step._replace(required_bump=verdict.required_bump, actual_bump=verdict.actual_bump)
        yield found.get((each.dataset_id, each.step.revision)) or AuditedTransition(each.dataset_id, step)
