"""Judges a change that no file has yet: its issues, the consumers that it reaches, and the version it requires."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from dcr.compatibility.engine import run_rules
from dcr.compatibility.match import Match
from dcr.compatibility.pair_verdict import check_pair
from dcr.compatibility.pairs import ContractPair
from dcr.compatibility.reach import EVERY_USE, Reach, combine_consumers, find_reached
from dcr.compatibility.reintroductions import Additions
from dcr.compatibility.semver import NONE, increase_version
from dcr.git.changes import INDEX, WORKTREE
from dcr.git.objects import list_tree
from dcr.git.refs import is_unborn, resolve_commit
from dcr.policy.effective_policy import EffectivePolicy
from dcr.policy.policy import StricterPolicy
from dcr.policy.required_history import RequiredHistory, find_required_history

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from dcr.compatibility.issue import Issue
    from dcr.compatibility.reach import ReachedConsumer
    from dcr.consumers.consumer import DeclaredUse
    from dcr.contract.contract import Contract
    from dcr.git.sides import Side
    from dcr.policy.policy import Policy

ALL_DIRECTIONS = "full"
_VERSION_KIND_PREFIX = "version_"


class Impact(NamedTuple):
    """What a change of a contract would do; `proposed` is None if it removes the dataset.

    `issues` are those that `dcr check` would report, `unreported` others that reach further consumers: they break in
    a direction that the mode does not check, or their kind is off. `reached` are the consumers of both, None if the
    repository declares none. `required_version` is None if no version has to be written, or none can be computed.
    """

    contract: Contract
    proposed: Contract | None
    mode: str
    issues: tuple[Issue, ...]
    unreported: tuple[Issue, ...]
    reached: tuple[ReachedConsumer, ...] | None
    required_bump: str
    required_version: str | None


def compute_impact(
    side: Side, contract: Contract, proposed: Contract | None, uses: Sequence[DeclaredUse] | None, today: str
) -> Impact:
    """Return what a change would do, by the policy of the side; `today` is YYYY-MM-DD.

    `uses` are the declared uses of the dataset, None if the repository declares no consumers. Raise a `DcrError` if the
    policy needs a history that this clone lacks.
    """
    policy, mode = StricterPolicy(side.policy, side.policy), side.policy.get_mode(contract.dataset_id)
    pair = _attach_history(side, ContractPair(contract, proposed), policy, mode)
    return judge_impact(pair, contract, side.policy, uses, today)


def judge_impact(
    pair: ContractPair, contract: Contract, own_policy: Policy, uses: Sequence[DeclaredUse] | None, today: str
) -> Impact:
    """Return what the change of a pair would do, by the policy of the contract's repository.

    `contract` is the pair's previous one. Without a history in the pair, only the latest version is compared.
    """
    proposed, mode = pair.proposed, own_policy.get_mode(contract.dataset_id)
    policy = StricterPolicy(own_policy, own_policy)
    verdict, older = check_pair(pair, mode)
    effective = EffectivePolicy(policy, "")

    def add_reached(issues: Iterable[Issue]) -> tuple[Issue, ...]:
        kept = (issue for issue in issues if not issue.kind.startswith(_VERSION_KIND_PREFIX))
        return tuple(
            issue._replace(consumers=find_reached(issue.reach, uses, issue.against, today))
            if uses is not None and issue.reach is not None
            else issue
            for issue in kept
        )

    verdict = verdict._replace(issues=add_reached(verdict.issues))
    older = tuple(
        entry._replace(verdict=entry.verdict._replace(issues=add_reached(entry.verdict.issues))) for entry in older
    )
    issues = effective.apply(verdict, pair, today, older)
    everywhere = add_reached(run_rules(pair._replace(older_versions=()), ALL_DIRECTIONS).issues)
    unreported = _list_further_issues(issues, everywhere)
    everyone = None
    if proposed is None:  # an archived contract may be removed, but its consumers still break
        everyone = find_reached(Reach(EVERY_USE), uses or (), contract.version, today)
    reached = combine_consumers(*(issue.consumers for issue in (*issues, *unreported)), everyone)
    bump = verdict.required_bump
    return Impact(
        contract,
        proposed,
        mode,
        issues,
        unreported,
        None if uses is None else reached or (),
        bump,
        None if bump == NONE or contract.is_changed_in_place else increase_version(contract.version, bump),
    )


def _list_further_issues(issues: Sequence[Issue], everywhere: Iterable[Issue]) -> tuple[Issue, ...]:
    """Return the issues of all directions that reach consumers whom none of the reported issues reaches."""
    reached = {(consumer.name, consumer.repository) for issue in issues for consumer in issue.consumers or ()}
    further = []
    for issue in everywhere:
        consumers = {(consumer.name, consumer.repository) for consumer in issue.consumers or ()}
        if not consumers <= reached:
            further.append(issue)
            reached |= consumers
    return tuple(further)


def _attach_history(side: Side, pair: ContractPair, policy: StricterPolicy, mode: str) -> ContractPair:
    """Return the pair with the parts of the history that the mode and the policy need."""
    needs = find_required_history(pair, mode, policy)._replace(version="")  # its issues are about the past
    repository = side.repository
    if needs == RequiredHistory() or (side.head in (WORKTREE, INDEX) and is_unborn(repository)):
        return pair
    from dcr.registry.history_lookup import attach_dataset_histories  # noqa: PLC0415 (few changes need the history)
    from dcr.registry.history_request import HistoryRequest  # noqa: PLC0415

    commit = resolve_commit(repository, "HEAD") if side.head in (WORKTREE, INDEX) else side.head
    path = pair.previous.path if pair.previous else ""
    blobs = {name: oid for name, oid in list_tree(repository.git, commit, [path]).items() if name == path}
    if not blobs:  # the file is not committed, so that it has no older texts
        needs = needs._replace(additions=Additions())
    request = HistoryRequest(repository, commit, policy.scope, policy, blobs)
    return attach_dataset_histories(request, [Match(pair, path)], [needs])[0].pair
