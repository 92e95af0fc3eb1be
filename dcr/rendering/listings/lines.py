"""Lines for people: columns where they fit the terminal, the same words stacked where they don't.

Built by hand and not with rich: a registry has thousands of rows, and rich takes a second for one thousand.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from dcr.rendering.reports._layout import Layout
from dcr.text.printable import defused

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from dcr.rendering.style import Style

MAX_TITLE = 200
"""Characters of a commit's subject that are shown; JSON has all of it."""

GAP, INDENT = "  ", "  "
_LEAST_COLUMNS = 2
"""Columns without which a table is none."""

BOLD, DIM, RED, GREEN, YELLOW, CYAN = "1", "2", "31", "32", "33", "36"
STATUS_COLORS = {"active": GREEN, "deprecated": YELLOW, "archived": DIM, "removed": RED}


class Cell(NamedTuple):
    """A piece of text and how it looks; `label` names it where it does not stand in a column."""

    text: str
    look: str = ""
    label: str = ""


class Paper:
    """What a page is written on: how wide it is, and whether it takes colour."""

    def __init__(self, style: Style) -> None:
        self.width, self.color = style.width, style.color
        self._shown = Layout(style.width, style.unicode).shown

    def shown(self, text: str) -> str:
        """Return untrusted text as this page may hold it, on one line."""
        return self._shown(text)

    def painted(self, text: str, look: str) -> str:
        """Return text that may be shown, in a colour."""
        return f"\x1b[{look}m{text}\x1b[0m" if look and self.color and text else text

    def line(self, *cells: Cell, indent: str = "") -> str:
        """Return cells on one line, those that are empty left out; what the page has no room for goes on below it."""
        shown = [(self.shown(each.text), each.look) for each in cells if each.text]
        if len(indent) + sum(_width(text) + len(GAP) for text, _ in shown) - len(GAP) <= self.width:
            return self._safe(indent, [shown])
        rows: list[list[tuple[str, str]]] = [[]]
        room = self.width - len(indent)
        for text, look in shown:
            for number, word in enumerate(text.split(" ")):
                needed = _width(word) + (1 if number else len(GAP))
                if rows[-1] and needed > room:
                    rows.append([])
                    room = self.width - len(indent) - len(INDENT)
                if rows[-1] and number:  # still the same cell on the same line
                    rows[-1][-1] = (f"{rows[-1][-1][0]} {word}", look)
                else:
                    rows[-1].append((word, look))
                room -= needed
        return self._safe(indent, rows)

    def _safe(self, indent: str, rows: Sequence[Sequence[tuple[str, str]]]) -> str:
        """Return rows of shown texts as lines, of which no runner takes one for a command."""
        lines = []
        for number, row in enumerate(rows):
            margin = indent + INDENT if number else indent
            plain = margin + GAP.join(text for text, _ in row)
            dot = "" if defused(plain) == plain else "."
            lines.append(margin + dot + GAP.join(self.painted(text, look) for text, look in row))
        return "\n".join(lines)

    def table(self, headings: Sequence[str], rows: Iterable[Sequence[Cell]]) -> list[str]:
        """Return rows in columns under their headings; where there is no room, with the last columns below.

        Stacked, each below its first cell, where not even two columns and any one cell fit.
        """
        shown = [[each._replace(text=self.shown(each.text)) for each in row] for row in rows]
        if not shown:
            return []
        filled = [number for number in range(len(headings)) if any(row[number].text for row in shown)]
        heads = [Cell(headings[number].upper(), DIM) for number in filled]
        lines = [heads, *([row[number] for number in filled] for row in shown)]
        widths = [max(_width(row[number].text) for row in lines) for number in range(len(filled))]
        fitting = max((number for number in range(len(widths) + 1) if self._fits(widths[:number])), default=0)
        if fitting == len(filled):
            return [self._columns(row, widths) for row in lines]
        if fitting < _LEAST_COLUMNS or max(widths[fitting:]) + len(INDENT) > self.width:
            return [line for row in lines[1:] for line in self._stacked([headings[each] for each in filled], row)]
        return [
            line
            for row in lines
            for line in (self._columns(row[:fitting], widths[:fitting]), *self._below(row[fitting:]))
        ]

    def _fits(self, widths: Sequence[int]) -> bool:
        return sum(widths) + len(GAP) * (len(widths) - 1) <= self.width

    def _below(self, cells: Sequence[Cell]) -> list[str]:
        """Return cells on as few lines as hold them, none of them broken."""
        rows: list[list[tuple[str, str]]] = []
        room = 0
        for cell in cells:
            needed = _width(cell.text) + len(GAP)
            if cell.text and needed > room:
                rows.append([])
                room = self.width - len(INDENT) + len(GAP)
            if cell.text:
                rows[-1].append((cell.text, cell.look))
                room -= needed
        return [self._safe(INDENT, [row]) for row in rows]

    def _columns(self, row: Sequence[Cell], widths: Sequence[int]) -> str:
        cells = []
        for number, (cell, width) in enumerate(zip(row, widths, strict=True)):
            room = "" if number == len(widths) - 1 else " " * (width - _width(cell.text))
            cells.append((cell.text + room, self.painted(cell.text, cell.look) + room))
        plain = GAP.join(text for text, _ in cells)
        dot = "" if defused(plain) == plain else "."
        return f"{dot}{GAP.join(painted for _, painted in cells)}".rstrip()

    def _stacked(self, headings: Sequence[str], row: Sequence[Cell]) -> list[str]:
        first, *others = row
        lines = [self.line(first)]
        for heading, cell in zip(headings[1:], others, strict=True):
            if cell.text:
                lines.append(f"{INDENT}{self.painted(heading, DIM)}: {self.painted(cell.text, cell.look)}")
        return lines


def _width(text: str) -> int:
    if text.isascii():
        return len(text)
    from rich.cells import cell_len  # noqa: PLC0415 (40 ms, for wide characters alone)

    return cell_len(text)


def page(lines: Iterable[str]) -> str:
    """Return lines as one text that ends with the last of them."""
    return "".join(f"{line}\n" for line in lines)


def day(date: str) -> str:
    """Return the day of a commit's date, where the committer was."""
    return date.partition("T")[0] or "undated"


def title(subject: str) -> str:
    """Return a commit's subject, cut where it is no title any more."""
    return subject if len(subject) <= MAX_TITLE else f"{subject[: MAX_TITLE - 1]}…"
