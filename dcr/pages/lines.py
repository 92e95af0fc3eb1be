"""Lines for people: columns where they fit the terminal, the same words stacked where they don't.

Built by hand and not with rich: a registry has thousands of rows, and rich takes a second for one thousand.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from dcr.reporters.layout import Layout
from dcr.reporters.printable import defused

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from dcr.reporters import Style

GAP, INDENT = "  ", "  "
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
        """Return cells on one line, those that are empty left out."""
        words = [(self.shown(each.text), each.look) for each in cells if each.text]
        plain = indent + GAP.join(word for word, _ in words)
        safe = defused(plain)
        before = indent if safe == plain else f"{indent}."
        return before + GAP.join(self.painted(word, look) for word, look in words)

    def table(self, headings: Sequence[str], rows: Iterable[Sequence[Cell]]) -> list[str]:
        """Return rows in columns under their headings; stacked, each below its first cell, where there is no room."""
        shown = [[each._replace(text=self.shown(each.text)) for each in row] for row in rows]
        if not shown:
            return []
        filled = [number for number in range(len(headings)) if any(row[number].text for row in shown)]
        heads = [Cell(headings[number].upper(), DIM) for number in filled]
        lines = [heads, *([row[number] for number in filled] for row in shown)]
        headings = [headings[number] for number in filled]
        widths = [max(_width(row[number].text) for row in lines) for number in range(len(filled))]
        if self._fits(widths):
            return [self._columns(row, widths) for row in lines]
        if self._fits(widths[:-1]) and max(_width(row[-1].text) for row in lines) + len(INDENT) <= self.width:
            return [line for row in lines for line in (self._columns(row[:-1], widths[:-1]), self._below(row[-1]))]
        return [line for row in lines[1:] for line in self._stacked(headings, row)]

    def _fits(self, widths: Sequence[int]) -> bool:
        return sum(widths) + len(GAP) * (len(widths) - 1) <= self.width

    def _below(self, cell: Cell) -> str:
        return f"{INDENT}{self.painted(cell.text, cell.look)}"

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
    return date[:10]
