"""Lays out the lines and tables of a listing."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from dcr.rendering.console import console_lines, create_console, harmless
from dcr.rendering.style import UNLIMITED
from dcr.text.printable import escape_ci_commands

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from dcr.rendering.style import Style

MAX_TITLE = 200
"""Characters of a commit's subject that are printed. JSON has all of it."""

MAX_RICH_ROWS = 2_000
"""Rows that rich lays out in about a second. The rows of longer tables are padded here."""

GAP, INDENT = "  ", "  "
BOLD, DIM, RED, GREEN, YELLOW, CYAN = "1", "2", "31", "32", "33", "36"
STATUS_COLORS = {"active": GREEN, "deprecated": YELLOW, "archived": DIM, "removed": RED}
_RICH_STYLES = {
    BOLD: "bold", DIM: "dim", RED: "red", GREEN: "green", YELLOW: "yellow", CYAN: "cyan",
}  # fmt: skip


class Cell(NamedTuple):
    """A text and its colour, as the number of an SGR code."""

    text: str
    color: str = ""


class Column(NamedTuple):
    """A column of a table.

    Where the terminal is narrow, a column is shortened down to `least` columns of the terminal, and the one with the
    highest `rank` is left out first; those of rank 0 stay. A path keeps its end.
    """

    title: str
    rank: int = 0
    least: int = 10
    is_path: bool = False


class Page:
    """Creates the lines of one listing in a style."""

    def __init__(self, style: Style) -> None:
        self.style = style

    def line(self, *cells: Cell, indent: str = "") -> str:
        """Return the cells on one line, without the empty ones. Words that do not fit continue on the next line."""
        texts = [(self.style.sanitize(cell.text), cell.color) for cell in cells if cell.text]
        if len(indent) + sum(_width(text) + len(GAP) for text, _ in texts) - len(GAP) <= self.style.width:
            return self._join(indent, [texts])
        rows: list[list[tuple[str, str]]] = [[]]
        room = self.style.width - len(indent)
        for text, color in texts:
            for number, word in enumerate(text.split(" ")):
                needed = _width(word) + (1 if number else len(GAP))
                if rows[-1] and needed > room:
                    rows.append([])
                    room = self.style.width - len(indent) - len(INDENT)
                if rows[-1] and number:  # the same cell on the same line
                    rows[-1][-1] = (f"{rows[-1][-1][0]} {word}", color)
                else:
                    rows[-1].append((word, color))
                room -= needed
        return self._join(indent, rows)

    def table(self, columns: Sequence[Column], rows: Iterable[Sequence[Cell]]) -> list[str]:
        """Return a table with a head. Its last line names the columns that did not fit, if any."""
        table = [[cell._replace(text=self.style.sanitize(cell.text)) for cell in row] for row in rows]
        if not table:
            return []
        filled = [number for number in range(len(columns)) if any(row[number].text for row in table)]
        natural = {
            number: max(len(columns[number].title), *(_width(row[number].text) for row in table)) for number in filled
        }
        widths = fit_widths({number: columns[number] for number in filled}, natural, self.style.width)
        heads = [columns[number].title.upper() for number in widths]
        cells = [
            [
                row[number]._replace(text=self._shorten(row[number].text, width, columns[number]))
                for number, width in widths.items()
            ]
            for row in table
        ]
        lay_out = self._pad if self.style.width >= UNLIMITED or len(cells) > MAX_RICH_ROWS else self._lay_out_with_rich
        lines = lay_out(heads, list(widths.values()), cells)
        hidden = dict.fromkeys(columns[number].title for number in filled if number not in widths)
        if hidden:
            lines.append(self.line(Cell(f"not shown at this width: {', '.join(hidden)}", DIM)))
        return lines

    def _lay_out_with_rich(self, heads: list[str], widths: list[int], rows: list[list[Cell]]) -> list[str]:
        from rich import box  # noqa: PLC0415 (only a table on a terminal needs it)
        from rich.table import Table  # noqa: PLC0415
        from rich.text import Text  # noqa: PLC0415

        rule = box.SIMPLE_HEAD if self.style.unicode else None
        table = Table(
            box=rule, show_edge=False, pad_edge=False, padding=(0, 1), collapse_padding=True, header_style="dim"
        )
        for head, width in zip(heads, widths, strict=True):
            table.add_column(head, width=width, no_wrap=True)
        for row in rows:
            table.add_row(*(Text(cell.text, style=_RICH_STYLES.get(cell.color, "")) for cell in row))
        console = create_console(self.style)
        console.print(table)
        return console_lines(console)

    def _pad(self, heads: list[str], widths: list[int], rows: list[list[Cell]]) -> list[str]:
        lines = []
        for row in ([Cell(head, DIM) for head in heads], *rows):
            padded = [" " * (width - _width(cell.text)) for cell, width in zip(row, widths, strict=True)]
            texts = (self.style.colorize(cell.text, cell.color) + pad for cell, pad in zip(row, padded, strict=True))
            lines.append(harmless(GAP.join(texts).rstrip()))
        return lines

    def _shorten(self, text: str, width: int, column: Column) -> str:
        if _width(text) <= width:
            return text
        mark = "…" if self.style.unicode else "..."
        room = width - len(mark)
        if column.is_path:
            while text and _width(text) > room:
                text = text[1:]
            return mark + text
        while text and _width(text) > room:
            text = text[:-1]
        return text + mark

    def _join(self, indent: str, rows: Sequence[Sequence[tuple[str, str]]]) -> str:
        """Return rows of sanitized texts as lines that no CI runner reads as a command."""
        lines = []
        for number, row in enumerate(rows):
            margin = indent + INDENT if number else indent
            plain = margin + GAP.join(text for text, _ in row)
            dot = "" if escape_ci_commands(plain) == plain else "."
            lines.append(margin + dot + GAP.join(self.style.colorize(text, color) for text, color in row))
        return "\n".join(lines)


def fit_widths(columns: dict[int, Column], natural: dict[int, int], room: int) -> dict[int, int]:
    """Return the width of each column that fits into a room, in terminal columns; the others are left out."""
    least = {number: min(natural[number], column.least) for number, column in columns.items()}
    kept = list(columns)
    while len(kept) > 1 and sum(least[number] for number in kept) + len(GAP) * (len(kept) - 1) > room:
        last = max(kept, key=lambda number: (columns[number].rank, number))
        if not columns[last].rank:
            break
        kept.remove(last)
    widths = {number: least[number] for number in kept}
    spare = room - sum(widths.values()) - len(GAP) * (len(kept) - 1)
    for number in sorted(kept, key=lambda number: (columns[number].rank, number)):
        extra = min(max(spare, 0), natural[number] - widths[number])
        widths[number] += extra
        spare -= extra
    return widths


def _width(text: str) -> int:
    if text.isascii():
        return len(text)
    from rich.cells import cell_len  # noqa: PLC0415 (40 ms, only for wide characters)

    return cell_len(text)


def join_lines(lines: Iterable[str]) -> str:
    """Return lines as one text, each with a line break at its end."""
    return "".join(f"{line}\n" for line in lines)


def shorten_subject(subject: str) -> str:
    """Return a commit's subject, cut after `MAX_TITLE` characters."""
    return subject if len(subject) <= MAX_TITLE else f"{subject[: MAX_TITLE - 1]}…"
