"""Renders one line per issue for editors and grep: `path:line:col: severity: message [kind]`.

The consumers that an issue reaches follow its message.
"""

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
    accepted = ""
    if issue.accepted:
        by = f" by {', '.join(issue.accepted.accepted_by)}" if issue.accepted.accepted_by else ""
        accepted = f" (accepted{make_printable(by)}: {make_printable(issue.accepted.reason)})"
    message = f"{make_printable(issue.message)}{accepted}"
    if issue.consumers is not None:
        from dcr.rendering.reports._consumer_text import describe_reach  # noqa: PLC0415 (few runs need it)

        message += f"; {make_printable(describe_reach(issue))}"
    return escape_ci_commands(f"{position}: {issue.severity}: {message} [{issue.kind}]")
