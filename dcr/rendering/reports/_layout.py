"""How much room a table has: columns where all of them fit, the same words stacked where they don't."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from dcr.report.summary import format_severity
from dcr.text.printable import escape_ci_markers, make_printable

if TYPE_CHECKING:
    from dcr.compatibility.issue import Issue
    from dcr.rendering.style import Style

INDENT, GAP = 2, 2
_ASCII = str.maketrans({"→": "->", "✓": "+", "✗": "x", "…": "..."})
_MAX_FIELD = 30
_LEAST_MESSAGE = 50
"""Columns a message needs for a layout with columns to read better than a stacked one."""


class Layout(NamedTuple):
    """How wide each column is, in every group alike; `kind` is 0 when everything is stacked.

    Where the terminal is narrow, the severity has no column of its own either.
    """

    width: int
    unicode: bool
    severity: int = 0
    kind: int = 0
    field: int = 0
    place: int = 0

    @property
    def message(self) -> int:
        """The room for message, hint and row."""
        beside = [each for each in (self.severity, self.kind, self.field, self.place) if each]
        return self.width - INDENT - sum(beside) - GAP * len(beside)

    @property
    def columns(self) -> list[int]:
        """The width of each column, in order."""
        before = [each for each in (self.severity, self.kind, self.field) if each]
        return [*before, self.message, *([self.place] if self.place else [])]

    def shown(self, text: str) -> str:
        """Return untrusted text as this page may hold it."""
        text = escape_ci_markers(make_printable(text))
        return text if self.unicode else text.translate(_ASCII).encode("ascii", "backslashreplace").decode("ascii")


def layout_of(issues: tuple[Issue, ...], style: Style) -> Layout:
    """Return the widest layout that leaves a message the room to be read."""
    narrow = Layout(style.width, style.unicode)
    if not issues:
        return narrow
    stacked = narrow._replace(severity=max(len(format_severity(issue)) for issue in issues))
    columns = stacked._replace(
        kind=max(len(issue.kind) for issue in issues),
        field=min(max(width_of(narrow.shown(issue.field or "")) for issue in issues), _MAX_FIELD),
        place=max(width_of(place_of(issue, narrow)) for issue in issues),
    )
    if columns.message >= _LEAST_MESSAGE:
        return columns
    return stacked if stacked.message >= _LEAST_MESSAGE else narrow


def place_of(issue: Issue, layout: Layout) -> str:
    """Return the place an issue points at, as terminals make it a link; empty without one."""
    return f"{layout.shown(issue.location.path)}:{issue.location.line}" if issue.location else ""


def width_of(text: str) -> int:
    """Return how many columns a text takes; some characters take two."""
    from rich.cells import cell_len  # noqa: PLC0415 (only with something to lay out)

    return cell_len(text)


def broken(place: str, room: int) -> str:
    """Return a path over as many lines as it needs, each but the last ending in a slash."""
    lines = [""]
    for part in re.findall("[^/]*/|[^/]+", place):
        if lines[-1] and width_of(lines[-1] + part) > room:
            lines.append("")
        lines[-1] += part
    return "\n".join(lines)
