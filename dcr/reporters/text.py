"""One canonical line per issue, for editors, grep and golden files: `path:line:col: severity: message [kind]`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dcr.reporters.printable import printable

if TYPE_CHECKING:
    from dcr.compatibility.issue import Issue
    from dcr.reporters import Style
    from dcr.reporters.report import Report


def render(report: Report, _style: Style) -> str:
    """Return the lines; nothing for a report without issues."""
    return "".join(f"{canonical_line(issue)}\n" for issue in report.all_issues())


def canonical_line(issue: Issue) -> str:
    """Return the one line that names an issue everywhere."""
    place = issue.location
    # No line may begin with `::` or hold `##[`: CI runners read those as commands in any output.
    where = f"{printable(place.path)}:{place.line}:{place.column}" if place else "dcr"
    accepted = f" (accepted: {printable(issue.accepted.reason)})" if issue.accepted else ""
    line = f"{where}: {issue.severity}: {printable(issue.message)}{accepted} [{issue.kind}]"
    return defused(line)


def defused(line: str) -> str:
    """Return a line that no CI runner takes for a command."""
    line = line.replace("##[", "#\u200b#[".replace("\u200b", "\\"))
    return f".{line}" if line.lstrip().startswith("::") else line
