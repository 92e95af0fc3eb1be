"""Provides the texts of consumer files, and the parts of a report that consumers change."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from repositories import Outcome

DASHBOARD = "consumers/finance/dashboard.yaml"
DECLARED_POLICY = '[consumers]\nbreaking = "declared"\n'
COMPLETE_MARK = "x-consumers: complete"


def consumer(
    name: str = "finance.dashboard", *, dataset: str = "users.daily_active", team: str = "finance", **use: str
) -> str:
    """Return a consumer file with one use; the values of `use` are YAML."""
    keys = {"fields": "[user_id, ltv]", **use}
    lines = [f"    {key}: {value}" for key, value in keys.items() if value]
    return "\n".join([
        f"consumer: {name}",
        f"owners: [{{team: {team}, contact: '#{team}'}}]",
        "uses:",
        f"  - dataset: {dataset}",
        *lines,
    ]) + "\n"  # fmt: skip


def find_issue(outcome: Outcome, kind: str = "field_removed") -> dict[str, Any]:
    """Return the only issue of a kind."""
    (issue,) = (each for each in outcome.issues if each["kind"] == kind)
    return issue


def severities(outcome: Outcome) -> dict[str, str]:
    """Return the severity of each kind in a report."""
    return {each["kind"]: each["severity"] for each in outcome.issues}
