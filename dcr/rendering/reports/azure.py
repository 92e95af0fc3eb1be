"""Renders issues as logging commands of Azure Pipelines, which appear on the summary page of a run.

Source: Azure Pipelines, "Logging commands" (task.logissue); escapes as in azure-pipelines-task-lib's taskcommand.ts.
The exit code decides the result of the task, so there is no `task.complete` command.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from dcr.compatibility.severities import INFO
from dcr.rendering.reports._issue_text import describe_on_one_line
from dcr.rendering.reports.text import format_issue_line
from dcr.report.summary import format_closing_line
from dcr.text.printable import escape_ci_commands, escape_ci_markers, make_printable

if TYPE_CHECKING:
    from dcr.compatibility.issue import Issue
    from dcr.rendering.style import Style
    from dcr.report.report import Report


CLOSES = True  # with the closing line


def render(report: Report, _style: Style) -> str:
    """Return one line per issue, and the closing line.

    Only errors and warnings are logging commands. An accepted break is a coloured line of the log and does not count
    as a warning of the run.
    """
    lines = [
        _format_line(issue) if issue.severity == INFO else build_command(issue) for issue in report.iterate_issues()
    ]
    return "".join(f"{line}\n" for line in [*lines, escape_ci_commands(format_closing_line(report))])


def commands(report: Report) -> str:
    """Return the commands alone, for a log that has the report in another format."""
    return "".join(f"{build_command(issue)}\n" for issue in report.iterate_issues() if issue.severity != INFO)


def build_command(issue: Issue) -> str:
    """Return the logging command for one error or warning.

    The agent prints `path(line,column): error kind: message` for a command with a path, else the message alone.
    """
    location = issue.location
    properties = {"type": issue.severity}
    if location:
        properties |= {
            "sourcepath": location.path,
            "linenumber": str(location.line),
            "columnnumber": str(location.column),
        }
    properties["code"] = issue.kind
    properties_text = "".join(f"{name}={_escape_property(value)};" for name, value in properties.items())
    text = describe_on_one_line(issue) if location else f"{describe_on_one_line(issue)} [{issue.kind}]"
    return f"##vso[task.logissue {properties_text}]{_escape_message(text)}"


def _format_line(issue: Issue) -> str:
    return f"{'##[warning]' if issue.accepted else ''}{format_issue_line(issue)}"


def _escape_message(text: str) -> str:
    return escape_ci_markers(make_printable(text)).replace("%", "%AZP25")


def _escape_property(text: str) -> str:
    return _escape_message(text).replace("]", "%5D").replace(";", "%3B")
