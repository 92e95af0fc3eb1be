"""What a policy and acceptances make of the engine's issues: severities changed, breaks let through."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dcr.compatibility.issue import Issue, IssueAcceptance
from dcr.compatibility.rule import load_rules
from dcr.compatibility.semver import MAJOR
from dcr.compatibility.severities import ERROR, INFO, OFF, WARNING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from dcr.compatibility.acceptance import Acceptance
    from dcr.compatibility.engine import Verdict
    from dcr.compatibility.pairs import ContractPair
    from dcr.policy.policy import StricterPolicy

NEVER_ACCEPTED = frozenset(
    ("contract_invalid", "acceptance_expired", "acceptance_unused", "acceptance_malformed", "policy_changed")
)
"""Kinds that no acceptance covers: there is nothing decided in them that could be let through."""

_TIMED_KINDS = ("field_removed", "contract_removed")
_VERSION_KINDS = frozenset(("version_not_increasing", "version_bump_insufficient"))


def adjust_issues(
    verdict: Verdict, pair: ContractPair, policy: StricterPolicy, acceptances: Iterable[Acceptance], today: str
) -> tuple[Issue, ...]:
    """Return the issues that stay, with their severities; `today` is YYYY-MM-DD."""
    by_key = {each.key: each for each in acceptances if each.expires is None or each.expires >= today}
    contract = pair.proposed or pair.previous
    kept: list[Issue] = []
    for issue in verdict.issues:
        severity = policy.get_severity(issue.kind, issue.severity)
        if severity == OFF:
            continue
        softened = issue._replace(severity=_adjust_severity(severity, issue, pair, verdict, policy))
        found = None
        if contract is not None and issue.kind not in NEVER_ACCEPTED:
            found = by_key.get((contract.dataset_id, contract.version, issue.kind, issue.field))
        if found is None:
            kept.append(softened)
            continue
        accepted = IssueAcceptance(found.reason, softened.severity, found.expires)
        kept.append(softened._replace(severity=INFO, accepted=accepted))
    return tuple(kept)


def _adjust_severity(severity: str, issue: Issue, pair: ContractPair, verdict: Verdict, policy: StricterPolicy) -> str:
    """Return an error as a warning where the policy lets the break through."""
    rule = load_rules()[issue.kind]
    if severity != ERROR or pair.proposed is None:
        return severity
    breaks = rule.bump == MAJOR
    early = issue.kind in _TIMED_KINDS and policy.min_deprecation_days  # what has waited long enough is no issue
    # A contract that has no versions cannot take a MAJOR: where one lets breaks through, this is no worse.
    major = verdict.actual_bump == MAJOR or (pair.proposed.is_changed_in_place and not pair.proposed.version)
    if breaks and not early and major and policy.get_choice("breaking") == "allow-with-major":
        return WARNING
    # A draft on both sides: naming it a draft in the same change does not count.
    drafts = pair.both is not None and all(contract.status == "draft" for contract in pair.both)
    if drafts and policy.get_choice("draft") == "warn" and (breaks or issue.kind in _VERSION_KINDS):
        return WARNING
    return severity
