"""Adjusts the severities of issues by a policy and acceptances."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dcr.compatibility.issue import Issue, IssueAcceptance
from dcr.compatibility.rule import get_rule
from dcr.compatibility.semver import MAJOR
from dcr.compatibility.severities import ERROR, INFO, OFF, WARNING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from dcr.compatibility.acceptance import Acceptance
    from dcr.compatibility.engine import Verdict
    from dcr.compatibility.pairs import ContractPair
    from dcr.policy.folder_acceptances import FolderAcceptances
    from dcr.policy.policy import StricterPolicy

NEVER_ACCEPTED = frozenset(
    (
        "contract_invalid", "acceptance_expired", "acceptance_unused", "acceptance_malformed", "policy_changed",
        "consumer_invalid", "consumer_duplicated", "consumer_owner_missing", "use_removed", "use_outside_versions",
        "use_of_unknown_dataset", "use_of_unknown_field", "use_of_unknown_value", "use_of_deprecated",
        "index_unavailable",
    )
)  # fmt: skip
"""Kinds that cannot be accepted, because they report errors rather than breaks of a contract."""

_TIMED_KINDS = ("field_removed", "contract_removed")
_UNUSED_HINT = 'only a warning, since all consumers are declared and none uses it ([consumers] breaking = "declared")'
_REDEFINITION_KIND = "version_redefined"
_VERSION_KINDS = frozenset(("version_not_increasing", "version_bump_insufficient"))


def apply_policy(
    verdict: Verdict,
    pair: ContractPair,
    policy: StricterPolicy,
    acceptances: Iterable[Acceptance],
    today: str,
    *,
    only_declared: bool = False,
    folders: FolderAcceptances | None = None,
) -> tuple[Issue, ...]:
    """Return the issues with adjusted severities, without those that are off; `today` is YYYY-MM-DD.

    With `only_declared`, breaks that reach no declared consumer are warnings: all consumers are declared. With
    `folders`, the consumers that an issue reaches have to accept it there.
    """
    by_key = {entry.key: entry for entry in acceptances if entry.expires is None or entry.expires >= today}
    contract = pair.proposed or pair.previous
    issues: list[Issue] = []
    for issue in verdict.issues:
        severity = policy.get_severity(issue.kind, issue.severity)
        if severity == OFF:
            continue
        adjusted = issue._replace(severity=_adjust_severity(severity, issue, pair, verdict, policy))
        if only_declared and adjusted.severity == ERROR and issue.consumers == () and not _is_too_early(issue, policy):
            adjusted = adjusted._replace(severity=WARNING, hint="; ".join(filter(None, (_UNUSED_HINT, issue.hint))))
        acceptance = None
        if contract is not None and issue.kind not in NEVER_ACCEPTED:
            key = (contract.dataset_id, contract.version, issue.kind, issue.field)
            if folders is not None and issue.consumers:
                issues.append(folders.accept(adjusted, key, today))
                continue
            acceptance = by_key.get(key)
            if acceptance is None and issue.kind == _REDEFINITION_KIND:  # accepted when the version was redefined
                acceptance = by_key.get((contract.dataset_id, issue.against or "", "version_not_increasing", None))
        if acceptance is None:
            issues.append(adjusted)
            continue
        accepted = IssueAcceptance(acceptance.reason, adjusted.severity, acceptance.expires)
        issues.append(adjusted._replace(severity=INFO, accepted=accepted))
    return tuple(issues)


def _adjust_severity(severity: str, issue: Issue, pair: ContractPair, verdict: Verdict, policy: StricterPolicy) -> str:
    """Return the severity of an issue, with errors that the policy allows as warnings."""
    rule = get_rule(issue.kind)
    if severity != ERROR or pair.proposed is None:
        return severity
    is_breaking = rule.bump == MAJOR
    # A contract without versions cannot have a MAJOR bump, so it is treated as if it had one.
    has_major_bump = verdict.actual_bump == MAJOR or (pair.proposed.is_changed_in_place and not pair.proposed.version)
    is_allowed = is_breaking and has_major_bump and not _is_too_early(issue, policy)
    if is_allowed and policy.get_choice("breaking") == "allow-with-major":
        return WARNING
    # Both contracts must be drafts: a change must not turn itself into one of a draft.
    are_drafts = pair.both is not None and all(contract.status == "draft" for contract in pair.both)
    is_of_versions = issue.kind in _VERSION_KINDS
    if issue.kind == _REDEFINITION_KIND and pair.history and pair.history.redefinition:
        are_drafts, is_of_versions = pair.history.redefinition.are_drafts, True
    if are_drafts and policy.get_choice("draft") == "warn" and (is_breaking or is_of_versions):
        return WARNING
    return severity


def _is_too_early(issue: Issue, policy: StricterPolicy) -> bool:
    """Return whether an issue is a removal before the end of a required deprecation; later ones are no issues."""
    return issue.kind in _TIMED_KINDS and policy.min_deprecation_days > 0
