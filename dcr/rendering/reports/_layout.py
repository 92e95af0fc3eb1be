"""Chooses the columns of the report table by the width of the terminal."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from dcr.report.summary import format_severity

if TYPE_CHECKING:
    from dcr.compatibility.issue import Issue
    from dcr.rendering.style import Style

INDENT, GAP = 2, 2
_MAX_FIELD = 30
_MIN_MESSAGE = 50
"""The least width, in columns, of a message that has columns next to it."""


class Layout(NamedTuple):
    """The width of each column, the same for all contracts; 0 for a column that is printed above the message.

    On a narrow terminal, the severity has no column either.
    """

    width: int
    severity: int = 0
    kind: int = 0
    field: int = 0
    location: int = 0

    @property
    def message(self) -> int:
        """The width left for message, help and row."""
        others = [width for width in (self.severity, self.kind, self.field, self.location) if width]
        return self.width - INDENT - sum(others) - GAP * len(others)

    @property
    def columns(self) -> list[int]:
        """The widths of the columns, from left to right."""
        left = [width for width in (self.severity, self.kind, self.field) if width]
        return [*left, self.message, *([self.location] if self.location else [])]


def choose_layout(issues: tuple[Issue, ...], style: Style) -> Layout:
    """Return the layout with the most columns that leaves a readable width for messages."""
    narrow = Layout(style.width)
    if not issues:
        return narrow
    stacked = narrow._replace(severity=max(len(format_severity(issue)) for issue in issues))
    columns = stacked._replace(
        kind=max(len(issue.kind) for issue in issues),
        field=min(max(measure(style.sanitize(issue.field or "")) for issue in issues), _MAX_FIELD),
        location=max(measure(format_location(issue, style)) for issue in issues),
    )
    if columns.message >= _MIN_MESSAGE:
        return columns
    return stacked if stacked.message >= _MIN_MESSAGE else narrow


def format_location(issue: Issue, style: Style) -> str:
    """Return the location of an issue as `path:line`, which terminals make a link. Empty without a location."""
    return f"{style.sanitize(issue.location.path)}:{issue.location.line}" if issue.location else ""


def measure(text: str) -> int:
    """Return the width of a text in columns; some characters are two columns wide."""
    from rich.cells import cell_len  # noqa: PLC0415 (only with something to lay out)

    return cell_len(text)


def break_path(location: str, width: int) -> str:
    """Return a path on as many lines as it needs, broken after slashes."""
    lines = [""]
    for part in re.findall("[^/]*/|[^/]+", location):
        if lines[-1] and measure(lines[-1] + part) > width:
            lines.append("")
        lines[-1] += part
    return "\n".join(lines)
