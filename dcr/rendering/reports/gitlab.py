"""Renders a report as a Code Quality report, which GitLab displays in merge requests.

Source: GitLab, "Code Quality", section "Code Quality report format". The JSON is strict and in ASCII.
GitLab rejects a byte order mark and a missing path, and displays one of two issues with the same fingerprint.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from dcr.compatibility.severities import ERROR, INFO, WARNING
from dcr.rendering.reports._issue_text import describe_on_one_line
from dcr.rendering.reports._located_issues import locate_issues
from dcr.text.printable import escape_ci_markers, make_printable

if TYPE_CHECKING:
    from dcr.rendering.reports._located_issues import LocatedIssue
    from dcr.rendering.style import Style
    from dcr.report.report import Report

SEVERITIES = {ERROR: "major", WARNING: "minor", INFO: "info"}


def render(report: Report, _style: Style) -> str:
    """Return the list of issues. With an empty list, GitLab marks the issues of the target branch as resolved."""
    text = json.dumps([_build_entry(issue) for issue in locate_issues(report)], indent=2, allow_nan=False) + "\n"
    return escape_ci_markers(text, escape="\\u0023")


def _build_entry(located: LocatedIssue) -> dict[str, Any]:
    issue, location = located.issue, located.location
    return {
        "description": make_printable(describe_on_one_line(issue)),
        "check_name": issue.kind,
        "fingerprint": _build_fingerprint(located),
        "severity": SEVERITIES[issue.severity],
        "location": {"path": make_printable(location.path), "lines": {"begin": location.line}},
    }


def _build_fingerprint(located: LocatedIssue) -> str:
    """Return an id that is unique in the report and the same in the next run."""
    fingerprint = located.issue.fingerprint
    return fingerprint if located.occurrence == 1 else f"{fingerprint}-{located.occurrence}"
