"""One canonical line per issue, for editors, grep and golden files: `path:line:col: severity: message [kind]`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dcr.text.printable import escape_ci_commands, make_printable

if TYPE_CHECKING:
    from dcr.compatibility.issue import Issue
    from dcr.rendering.style import Style
    from dcr.report.report import Report


def render(report: Report, _style: Style) -> str:
    """Return the lines; nothing for a report without issues."""
    return "".join(f"{canonical_line(issue)}\n" for issue in report.iterate_issues())


def canonical_line(issue: Issue) -> str:
    """Return the one line that names an issue everywhere."""
    place = issue.location
    where = f"{make_printable(place.path)}:{place.line}:{place.column}" if place else "dcr"
    accepted = f" (accepted: {make_printable(issue.accepted.reason)})" if issue.accepted else ""
    return escape_ci_commands(f"{where}: {issue.severity}: {make_printable(issue.message)}{accepted} [{issue.kind}]")
