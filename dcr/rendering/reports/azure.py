"""Issues of a run in Azure Pipelines, as logging commands: errors and warnings on the run's summary page.

Source: Azure Pipelines, "Logging commands" (task.logissue); escapes as in azure-pipelines-task-lib's taskcommand.ts.
The result of the task is left to the exit code: `task.complete` would overrule it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from dcr.compatibility.severities import INFO
from dcr.rendering.reports._wording import one_line
from dcr.rendering.reports.text import canonical_line
from dcr.report.summary import format_closing_line
from dcr.text.printable import escape_ci_commands, escape_ci_markers, make_printable

if TYPE_CHECKING:
    from dcr.compatibility.issue import Issue
    from dcr.rendering.style import Style
    from dcr.report.report import Report


CLOSES = True  # with the closing line


def render(report: Report, _style: Style) -> str:
    """Return one line per issue, then the closing line for the log.

    A logged issue is an error or a warning. What is neither stays a line of the log: in colour, without counting
    as a warning of the run, where it is a break that was let through.
    """
    lines = [_line(each) if each.severity == INFO else annotation(each) for each in report.iterate_issues()]
    return "".join(f"{line}\n" for line in [*lines, escape_ci_commands(format_closing_line(report))])


def commands(report: Report) -> str:
    """Return the commands alone, for a log that shows the report in another format."""
    return "".join(f"{annotation(each)}\n" for each in report.iterate_issues() if each.severity != INFO)


def annotation(issue: Issue) -> str:
    """Return the logging command for one error or warning.

    The agent shows `path(line,column): error kind: message` where a path is given, and the message alone without.
    """
    place = issue.location
    properties = {"type": issue.severity}
    if place:
        properties |= {"sourcepath": place.path, "linenumber": str(place.line), "columnnumber": str(place.column)}
    properties["code"] = issue.kind
    written = "".join(f"{name}={_property(value)};" for name, value in properties.items())
    text = one_line(issue) if place else f"{one_line(issue)} [{issue.kind}]"
    return f"##vso[task.logissue {written}]{_message(text)}"


def _line(issue: Issue) -> str:
    return f"{'##[warning]' if issue.accepted else ''}{canonical_line(issue)}"


def _message(text: str) -> str:
    return escape_ci_markers(make_printable(text)).replace("%", "%AZP25")


def _property(text: str) -> str:
    return _message(text).replace("]", "%5D").replace(";", "%3B")
