"""The issues about the policy and the acceptances themselves, once it is known which of them the contracts used."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from dcr.compatibility.issue import Issue
    from dcr.policy.effective_policy import EffectivePolicy
    from dcr.report.report import ContractReport


def list_policy_issues(governing: EffectivePolicy, contracts: tuple[ContractReport, ...]) -> tuple[Issue, ...]:
    """Return what is to be said about an edited policy, and about acceptances that are new, expired or unused."""
    if not governing.may_have_run_issues:
        return ()
    used, matched = set(), set()
    for contract in contracts:
        version = contract.proposed or contract.previous
        for issue in contract.issues:
            key = (contract.dataset_id, version, issue.kind, issue.field)
            matched.add(key)
            if issue.accepted:
                used.add(key)
    return tuple(governing.list_run_issues(used, matched, get_today()))


def get_today() -> str:
    """Return the user's own day as YYYY-MM-DD."""
    from datetime import date  # noqa: PLC0415 (a run without changes needs no day)

    return date.today().isoformat()  # noqa: DTZ011 (the user's own day)
