"""Annotations on the changed lines of a pull request, as GitHub Actions workflow commands.

Source: GitHub Actions, "Workflow commands for GitHub Actions"; escapes as in actions/toolkit's command.ts.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from dcr.compatibility.severities import ERROR, INFO, WARNING
from dcr.rendering.reports._wording import one_line
from dcr.report.summary import format_closing_line
from dcr.text.printable import escape_ci_commands, escape_ci_markers, make_printable

if TYPE_CHECKING:
    from dcr.compatibility.issue import Issue
    from dcr.rendering.style import Style
    from dcr.report.report import Report

CLOSES = True  # with the closing line
_COMMANDS = {ERROR: "error", WARNING: "warning", INFO: "notice"}


def render(report: Report, _style: Style) -> str:
    """Return one command per issue, then the closing line for the log."""
    return commands(report) + f"{escape_ci_commands(format_closing_line(report))}\n"


def commands(report: Report) -> str:
    """Return the commands alone, for a log that shows the report in another format."""
    return "".join(f"{annotation(issue)}\n" for issue in report.iterate_issues())


def annotation(issue: Issue) -> str:
    """Return the workflow command for one issue."""
    place = issue.location
    properties = {"title": f"{issue.kind}{' (accepted)' if issue.accepted else ''}"}
    if place:
        properties = {"file": place.path, "line": str(place.line), "col": str(place.column), **properties}
    written = ",".join(f"{name}={_property(value)}" for name, value in properties.items())
    return f"::{_COMMANDS[issue.severity]} {written}::{_message(one_line(issue))}"


def _message(text: str) -> str:
    return escape_ci_markers(make_printable(text)).replace("%", "%25")


def _property(text: str) -> str:
    return _message(text).replace(":", "%3A").replace(",", "%2C")
