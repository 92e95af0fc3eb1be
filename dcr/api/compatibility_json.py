"""Converts reports to the compatibility object of the seed's API."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dcr.rendering.reports.json import build_issue

if TYPE_CHECKING:
    from dcr.report.report import Report


def report_to_compatibility(report: Report) -> dict[str, Any]:
    """Return whether a report lets a version be registered, with its mode, issues and version bump."""
    contract = next(iter(report.contracts), None)
    return {
        "compatible": is_compatible(report),
        "mode": contract.mode if contract else None,
        "issues": [build_issue(each) for each in report.iterate_issues()],
        "required_bump": contract.required_bump if contract else "none",
        "actual_bump": contract.actual_bump if contract else None,
    }


def is_compatible(report: Report) -> bool:
    """Whether no issue is an error, or whatever else the policy's `fail_on` makes a failure."""
    return report.compatible and not report.fails
