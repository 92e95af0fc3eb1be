"""Judges single transitions of a dataset's history by today's rules and policy."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from dcr.compatibility.engine import run_rules
from dcr.compatibility.history import HistoryContext
from dcr.compatibility.migration import make_comparable
from dcr.compatibility.older_versions import check_all_versions
from dcr.compatibility.pairs import ContractPair
from dcr.compatibility.severities import ERROR, WARNING
from dcr.git.history import require_full_history
from dcr.policy.required_history import RequiredHistory, find_required_history
from dcr.registry.deprecation_dates import get_commit_day
from dcr.registry.enforcement import with_enforcement
from dcr.registry.history_lookup import FULL_HISTORY_REASON, add_history

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from dcr.compatibility.engine import Verdict
    from dcr.compatibility.older_versions import OlderVerdict
    from dcr.git.repository import Repository
    from dcr.policy.policy import StricterPolicy
    from dcr.registry.history_lookup import DatasetHistory
    from dcr.registry.redefinitions import RedefinitionSearch
    from dcr.registry.releases import HistoryStep

_KIND, _COVERED_KIND = "version_redefined", "version_not_increasing"


class JudgedTransition(NamedTuple):
    """A transition with its verdict, and in a transitive mode those on older versions."""

    dataset_id: str
    step: HistoryStep
    pair: ContractPair
    verdict: Verdict
    older: tuple[OlderVerdict, ...]


def judge_transition(
    repository: Repository,
    dataset_id: str,
    step: HistoryStep,
    dataset_history: DatasetHistory,
    policy: StricterPolicy,
) -> JudgedTransition:
    """Return a transition with its verdict. Raise `ShallowHistoryError` if that needs more than a shallow clone has."""
    previous, proposed = dataset_history.read_contracts([step.previous or step.revision, step.revision])
    if previous is not None and proposed is not None:
        previous, proposed = make_comparable(previous, proposed)
    pair = with_enforcement(ContractPair(previous, proposed), step.revision)
    mode = policy.get_mode(dataset_id)
    needs = find_required_history(pair, mode, policy)._replace(version="")  # add_redefinitions looks them up
    if needs.needs_full_history:
        require_full_history(repository, FULL_HISTORY_REASON)
    if needs != RequiredHistory():
        pair = add_history(pair, needs, dataset_history, policy, get_commit_day(step.revision.commit))
    verdict, older = check_all_versions(pair, mode) if pair.older_versions else (run_rules(pair, mode), ())
    return JudgedTransition(dataset_id, step, pair, verdict, older)


def add_redefinitions(
    transitions: Iterable[JudgedTransition], searches: Sequence[RedefinitionSearch], policy: StricterPolicy
) -> Iterator[JudgedTransition]:
    """Yield the transitions of a dataset, with one issue for each version that was redefined, in the last commit.

    The issue replaces those of the missing version bumps in all commits that redefined the version.
    """
    is_reported = policy.get_severity(_KIND, ERROR) in (ERROR, WARNING)
    by_commit = {(search.version, commit): search for search in searches for commit in search.commits}
    for transition in transitions:
        commit, proposed = transition.step.revision.commit.id, transition.pair.proposed
        search = by_commit.get((proposed.version, commit)) if proposed and is_reported else None
        if search is None:
            yield transition
            continue
        issues = tuple(issue for issue in transition.verdict.issues if issue.kind != _COVERED_KIND)
        pair = transition.pair
        if commit == search.commits[0]:
            history = (pair.history or HistoryContext())._replace(redefinition=search.build())
            pair = pair._replace(history=history)
            verdict = run_rules(pair, policy.get_mode(transition.dataset_id))
            issues += tuple(issue for issue in verdict.issues if issue.kind == _KIND)
        yield transition._replace(pair=pair, verdict=transition.verdict._replace(issues=issues))
