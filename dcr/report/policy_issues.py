"""Lists the issues of the policy and of its acceptances after the contracts are checked."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from dcr.compatibility.issue import Issue
    from dcr.policy.effective_policy import EffectivePolicy
    from dcr.report.report import ContractReport


def list_policy_issues(policy: EffectivePolicy, contracts: tuple[ContractReport, ...]) -> tuple[Issue, ...]:
    """Return the issues of a changed policy, and of acceptances that are new, expired or unused."""
    if not policy.may_have_run_issues:
        return ()
    used: set[tuple[object, ...]] = set()
    matched: set[tuple[object, ...]] = set()
    for contract in contracts:
        version = contract.proposed or contract.previous
        for issue in contract.issues:
            key = (contract.dataset_id, version, issue.kind, issue.field)
            matched.add(key)
            if issue.accepted and not issue.accepted.accepted_by:
                used.add(key)
            if policy.folders is not None and issue.consumers:
                in_folders = policy.folders.list_keys(issue, key)
                matched |= in_folders
                used |= in_folders  # an acceptance by some of the consumers is no mistake
    return tuple(policy.list_run_issues(used, matched, get_today()))


def get_today() -> str:
    """Return the current date in the user's time zone as YYYY-MM-DD."""
    from datetime import date  # noqa: PLC0415 (a run without changes needs no date)

    return date.today().isoformat()  # noqa: DTZ011 (the date in the user's time zone)
