"""Renders issues as annotations of GitHub Actions, which appear on the lines of a pull request.

Source: GitHub Actions, "Workflow commands for GitHub Actions"; escapes as in actions/toolkit's command.ts.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from dcr.compatibility.severities import ERROR, INFO, WARNING
from dcr.rendering.reports._issue_text import describe_on_one_line
from dcr.report.summary import format_closing_line
from dcr.text.printable import escape_ci_commands, escape_ci_markers, make_printable

if TYPE_CHECKING:
    from dcr.compatibility.issue import Issue
    from dcr.rendering.style import Style
    from dcr.report.report import Report

CLOSES = True  # with the closing line
_COMMANDS = {ERROR: "error", WARNING: "warning", INFO: "notice"}


def render(report: Report, _style: Style) -> str:
    """Return one command per issue, and the closing line."""
    return commands(report) + f"{escape_ci_commands(format_closing_line(report))}\n"


def commands(report: Report) -> str:
    """Return the commands alone, for a log that has the report in another format."""
    return "".join(f"{build_annotation(issue)}\n" for issue in report.iterate_issues())


def build_annotation(issue: Issue) -> str:
    """Return the workflow command for one issue."""
    location = issue.location
    properties = {"title": f"{issue.kind}{' (accepted)' if issue.accepted else ''}"}
    if location:
        properties = {"file": location.path, "line": str(location.line), "col": str(location.column), **properties}
    parameters = ",".join(f"{name}={_escape_parameter(value)}" for name, value in properties.items())
    return f"::{_COMMANDS[issue.severity]} {parameters}::{_escape_message(describe_on_one_line(issue))}"


def _escape_message(text: str) -> str:
    return escape_ci_markers(make_printable(text)).replace("%", "%25")


def _escape_parameter(text: str) -> str:
    return _escape_message(text).replace(":", "%3A").replace(",", "%2C")
