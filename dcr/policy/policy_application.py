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
    from dcr.policy.policy import StricterPolicy

NEVER_ACCEPTED = frozenset(
    (
        "contract_invalid", "acceptance_expired", "acceptance_unused", "acceptance_malformed", "policy_changed",
        "consumer_invalid", "consumer_duplicated", "consumer_owner_missing", "use_removed", "use_outside_versions",
        "use_of_unknown_dataset", "use_of_unknown_field", "use_of_unknown_value", "use_of_deprecated",
    )
)  # fmt: skip
"""Kinds that cannot be accepted, because they report errors rather than breaks of a contract."""

_TIMED_KINDS = ("field_removed", "contract_removed")
_VERSION_KINDS = frozenset(("version_not_increasing", "version_bump_insufficient"))


def apply_policy(
    verdict: Verdict, pair: ContractPair, policy: StricterPolicy, acceptances: Iterable[Acceptance], today: str
) -> tuple[Issue, ...]:
    """Return the issues with adjusted severities, without those that are off; `today` is YYYY-MM-DD."""
    by_key = {entry.key: entry for entry in acceptances if entry.expires is None or entry.expires >= today}
    contract = pair.proposed or pair.previous
    issues: list[Issue] = []
    for issue in verdict.issues:
        severity = policy.get_severity(issue.kind, issue.severity)
        if severity == OFF:
            continue
        adjusted = issue._replace(severity=_adjust_severity(severity, issue, pair, verdict, policy))
        acceptance = None
        if contract is not None and issue.kind not in NEVER_ACCEPTED:
            acceptance = by_key.get((contract.dataset_id, contract.version, issue.kind, issue.field))
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
    is_too_early = issue.kind in _TIMED_KINDS and policy.min_deprecation_days  # later removals are no issues
    # A contract without versions cannot have a MAJOR bump, so it is treated as if it had one.
    has_major_bump = verdict.actual_bump == MAJOR or (pair.proposed.is_changed_in_place and not pair.proposed.version)
    if is_breaking and not is_too_early and has_major_bump and policy.get_choice("breaking") == "allow-with-major":
        return WARNING
    # Both contracts must be drafts: a change must not turn itself into one of a draft.
    are_drafts = pair.both is not None and all(contract.status == "draft" for contract in pair.both)
    if are_drafts and policy.get_choice("draft") == "warn" and (is_breaking or issue.kind in _VERSION_KINDS):
        return WARNING
    return severity
