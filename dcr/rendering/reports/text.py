"""Renders one line per issue for editors and grep: `path:line:col: severity: message [kind]`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dcr.text.printable import escape_ci_commands, make_printable

if TYPE_CHECKING:
    from dcr.compatibility.issue import Issue
    from dcr.rendering.style import Style
    from dcr.report.report import Report


def render(report: Report, _style: Style) -> str:
    """Return the lines. A report without issues has none."""
    return "".join(f"{format_issue_line(issue)}\n" for issue in report.iterate_issues())


def format_issue_line(issue: Issue) -> str:
    """Return the line of one issue, as editors and golden files have it."""
    location = issue.location
    position = f"{make_printable(location.path)}:{location.line}:{location.column}" if location else "dcr"
    accepted = f" (accepted: {make_printable(issue.accepted.reason)})" if issue.accepted else ""
    return escape_ci_commands(f"{position}: {issue.severity}: {make_printable(issue.message)}{accepted} [{issue.kind}]")
