"""Reads the facts of one repository at one commit, for the index."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, NamedTuple

from dcr.compatibility.severities import ERROR
from dcr.contract.contract import walk_fields
from dcr.git.history import Commit
from dcr.git.mirrors import open_mirror
from dcr.git.object_session import share_object_process
from dcr.git.objects import read_blobs
from dcr.git.policies import read_policy
from dcr.git.sides import Side
from dcr.index import facts
from dcr.index.stored_uses import dump_consumer, dump_policy, dump_use
from dcr.registry.audit import judge_transitions
from dcr.registry.datasets import list_datasets
from dcr.registry.history.facts import DATE_DEPENDENT_FORMATS, Retention
from dcr.registry.history.native_facts import KnownTexts
from dcr.registry.releases import list_steps, list_versions
from dcr.registry.snapshot import Snapshot
from dcr.registry.usage import read_usage

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from dcr.consumers.consumer import Consumer
    from dcr.contract.contract import Contract
    from dcr.git.repository import Repository
    from dcr.policy.policy import Policy
    from dcr.registry.audit import AuditedTransition
    from dcr.registry.datasets import Dataset
    from dcr.registry.history.timeline import History, Revision
    from dcr.registry.usage import Usage

BATCH_SIZE = 100
"""The number of datasets whose contracts are in memory together."""

_KNOWN_TEXTS = KnownTexts(1_000_000)
"""Repositories have many fields in common, such as `created_at`: each process reads such a field once."""

INVALID_CONTRACT, INVALID_CONSUMERS = "contract_invalid", "consumer_invalid"


class FactsRequest(NamedTuple):
    """The mirror to read, and the ref and commit to read it at. It can be sent to another process."""

    mirror: str
    ref: str
    commit: str


def read_mirror(request: FactsRequest) -> facts.RepositoryFacts:
    """Return the facts of a mirror. Raise a `DcrError` if it cannot be read."""
    repository = open_mirror(request.mirror)
    with share_object_process(repository.git):
        return read_facts(repository, request.ref, request.commit)


def read_facts(repository: Repository, ref: str, commit: str) -> facts.RepositoryFacts:
    """Return the facts of a repository at a commit; `ref` is how it was named.

    Raise a `DcrError` if git fails, the policy is invalid, or the clone lacks commits that the audit needs.
    """
    policy = read_policy(repository, commit)
    snapshot = Snapshot(repository, ref, "fleet", commit, policy)
    history = snapshot.read_history(retention=Retention(lambda _: True, last_versions=True, known_texts=_KNOWN_TEXTS))
    usage = read_usage(Side(repository, commit, ref, policy), of_other_repositories=True)
    datasets: list[facts.DatasetFacts] = []
    issues: list[facts.IssueFacts] = []
    for batch in _batch(list_datasets(history)):
        revisions = [each for dataset in batch for each in history.list_revisions(dataset.facts.dataset_id)]
        contracts = history.read_meanings(revisions)
        ids = [dataset.facts.dataset_id for dataset in batch]
        judged = list(judge_transitions(snapshot, history, ids, contracts))
        issues += _list_issues(judged)
        datasets += (_build_dataset(history, policy, dataset, contracts, judged) for dataset in batch)
        history.drop_contracts(ids)
    issues += _list_unreadable(history, usage)
    has_dates = any(dataset.format in DATE_DEPENDENT_FORMATS for dataset in datasets)
    return facts.RepositoryFacts(
        ref,
        commit,
        history.is_complete,
        dump_policy(policy),
        datetime.now(UTC).date().isoformat() if has_dates else None,
        usage.find_declared_uses([]) is not None or bool(usage.unreadable),
        tuple(datasets),
        tuple(map(_build_consumer, usage.declared.consumers)),
        tuple(issues),
        tuple(_list_files(repository, history, usage)),
    )


def _batch(datasets: Sequence[Dataset]) -> Iterator[Sequence[Dataset]]:
    for start in range(0, len(datasets), BATCH_SIZE):
        yield datasets[start : start + BATCH_SIZE]


def _build_dataset(
    history: History,
    policy: Policy,
    dataset: Dataset,
    contracts: Mapping[Revision, Contract | None],
    judged: Iterable[AuditedTransition],
) -> facts.DatasetFacts:
    known, last = dataset.facts, dataset.last
    contract = contracts[last]
    return facts.DatasetFacts(
        known.dataset_id,
        known.version,
        dataset.status,
        last.path,
        dataset.other_paths,
        known.format,
        known.alias_of,
        policy.get_mode(known.dataset_id),
        contract.description if contract else None,
        known.owners,
        known.freshness,
        known.deprecation_uri,
        policy.consumers.is_complete(known.dataset_id) or bool(contract and contract.consumers_complete),
        last.commit,
        tuple(_list_versions(history, known.dataset_id, judged)),
        tuple(_list_fields(contract)) if contract else (),
    )


def _list_versions(
    history: History, dataset_id: str, judged: Iterable[AuditedTransition]
) -> Iterator[facts.VersionFacts]:
    """Yield every version of a dataset, newest first, with the verdict on the commit that introduced it."""
    verdicts = {each.step.revision: each.step for each in judged if each.dataset_id == dataset_id}
    steps = [verdicts.get(step.revision, step) for step in list_steps(history, dataset_id)]
    for version in list_versions(history, steps, dataset_id):
        first, release = version.first_step, version.release
        yield facts.VersionFacts(
            release.version,
            release.digest,
            release.last.status or "",
            release.last.path,
            release.first.commit,
            first.required_bump,
            first.actual_bump,
            any(issue.severity == ERROR for issue in first.issues),
        )


def _list_fields(contract: Contract) -> Iterator[facts.FieldFacts]:
    for path, field in walk_fields(contract.fields):
        yield facts.FieldFacts(path, field.type, field.required, field.deprecated, field.description)


def _list_issues(judged: Iterable[AuditedTransition]) -> Iterator[facts.IssueFacts]:
    """Yield the issues of transitions in the order of their datasets and commits."""
    for each in judged:
        step = each.step
        before, after = (revision.facts if revision else None for revision in (step.previous, step.revision))
        for issue in step.issues:
            yield facts.IssueFacts(
                issue.kind,
                issue.severity,
                issue.message,
                issue.hint,
                each.dataset_id,
                issue.field,
                before.version if before else None,
                after.version if after else None,
                step.revision.path,
                issue.accepted.reason if issue.accepted else None,
                step.revision.commit,
            )


def _list_unreadable(history: History, usage: Usage) -> Iterator[facts.IssueFacts]:
    """Yield an issue for each file that cannot be read at the history's commit."""
    for version in history.still_unreadable:
        for dataset_id in version.datasets or (None,):
            yield _build_file_issue(
                INVALID_CONTRACT, version.message, "correct it: dcr lint", version.path, version.commit
            )._replace(dataset_id=dataset_id)
    for problem in usage.declared.problems:
        message = f"line {problem.location.line}: {problem.message}"
        yield _build_file_issue(INVALID_CONSUMERS, message, problem.hint, problem.location.path, None)


def _build_file_issue(kind: str, message: str, hint: str, path: str, commit: Commit | None) -> facts.IssueFacts:
    found = commit or Commit("", "", "", "", "")
    return facts.IssueFacts(kind, ERROR, message, hint, None, None, None, None, path, None, found)


def _build_consumer(consumer: Consumer) -> facts.ConsumerFacts:
    uses = tuple(facts.UseFacts(use.dataset_id, dump_use(consumer, use)) for use in consumer.uses)
    return facts.ConsumerFacts(consumer.name, consumer.source, consumer.path, dump_consumer(consumer), uses)


def _list_files(repository: Repository, history: History, usage: Usage) -> Iterator[facts.FileFacts]:
    """Yield the files that define the current datasets, and the declarations of consumers that cannot be read."""
    current = [history.find_current(dataset_id) for dataset_id in history.list_datasets()]
    blobs = {revision.path: revision.blob for revision in current if revision is not None}
    texts = read_blobs(repository.git, blobs.values())
    yield from (facts.FileFacts(facts.CONTRACT_FILE, path, texts[blob]) for path, blob in blobs.items())
    yield from (facts.FileFacts(facts.CONSUMER_FILE, file.parsed.path, file.text or b"") for file in usage.unreadable)
