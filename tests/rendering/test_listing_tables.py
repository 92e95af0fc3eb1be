"""Tables of listings: aligned on every terminal, complete where a program reads them."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from dcr.rendering.listings.page import BOLD, GREEN, MAX_RICH_ROWS, Cell, Column, Page, fit_widths
from dcr.rendering.style import UNLIMITED, Style

COLUMNS = (
    Column("dataset", least=12), Column("version", least=7), Column("status", 1), Column("owners", 2, 8),
    Column("path", 3, 16, is_path=True),
)  # fmt: skip
ROWS = [
    ["growth.experiment_assignments", "1.0.0", "active", "growth, analytics", "contracts/growth/experiments.yaml"],
    ["orders", "10.12.0", "deprecated", "checkout", "contracts/orders.yaml"],
    ["漢字.データ", "0.1.0", "draft", "", "contracts/漢字.yaml"],
]
SGR = re.compile("\x1b\\[[0-9;]*m")


def table(rows: list[list[str]], width: int, *, color: bool = False, unicode: bool = True) -> list[str]:
    style = Style(width, color=color, unicode=unicode)
    return Page(style).table(
        COLUMNS, [[Cell(text, BOLD if number == 0 else "") for number, text in enumerate(row)] for row in rows]
    )


@pytest.mark.parametrize("width", [40, 60, 80, 100, 120, 200])
@pytest.mark.parametrize("color", [False, True])
def test_a_table_fits_the_terminal_and_every_row_is_one_line(width: int, *, color: bool) -> None:
    lines = [SGR.sub("", line) for line in table(ROWS, width, color=color)]
    assert max(map(cell_len, lines)) <= width
    assert sum(version in line for line in lines for _, version, *_ in ROWS) == len(ROWS)


def test_columns_are_aligned_whatever_the_width_of_characters() -> None:
    head, _rule, *rows = table(ROWS, 200)
    for title, number in (("VERSION", 1), ("STATUS", 2), ("PATH", 4)):
        start = cell_len(head[: head.index(title)])
        starts = [cell_len(line[: line.index(row[number])]) for line, row in zip(rows, ROWS, strict=True)]
        assert starts == [start] * len(ROWS)


def test_the_least_important_columns_are_left_out_first_and_named() -> None:
    lines = table(ROWS, 60)
    assert "PATH" not in lines[0]
    assert "STATUS" in lines[0]
    assert lines[-1] == "not shown at this width: path"
    assert "not shown" not in "\n".join(table(ROWS, 200))


def test_a_path_keeps_its_end_and_other_texts_their_beginning() -> None:
    lines = "\n".join(table(ROWS, 90))
    assert "…" in lines
    assert "experiments.yaml" in lines
    assert "growth" in lines


def test_a_terminal_without_unicode_gets_ascii_alone() -> None:
    assert all(line.isascii() for line in table(ROWS, 60, unicode=False))


def test_a_program_gets_every_text_in_full_and_no_rule() -> None:
    lines = table(ROWS, UNLIMITED)
    assert len(lines) == 1 + len(ROWS)
    for line, row in zip(lines[1:], ROWS, strict=True):
        assert [text for text in row if text] == re.split(r"  +", line)


def test_a_very_long_table_is_laid_out_like_a_short_one() -> None:
    short, long = table(ROWS, 120, color=True), table(ROWS * MAX_RICH_ROWS, 120, color=True)
    assert SGR.sub("", long[1]) == SGR.sub("", short[2])
    assert len(long) == 1 + len(ROWS) * MAX_RICH_ROWS


def test_a_row_is_no_command_to_a_ci_runner() -> None:
    for width in (80, UNLIMITED):
        assert not [
            line for line in table([["::error::x", "1.0.0", "", "", ""]], width) if line.lstrip().startswith("::")
        ]


@given(
    st.dictionaries(
        st.integers(0, 6), st.tuples(st.integers(1, 60), st.integers(1, 30), st.integers(0, 4)), min_size=1
    ),
    st.integers(1, 200),
)
def test_widths_fit_wherever_the_columns_that_stay_leave_room(
    drawn: dict[int, tuple[int, int, int]], room: int
) -> None:
    columns = {number: Column(str(number), rank, least) for number, (_, least, rank) in drawn.items()}
    natural = {number: width for number, (width, _, _) in drawn.items()}
    widths = fit_widths(columns, natural, room)
    needed = sum(min(natural[number], columns[number].least) for number in widths) + 2 * (len(widths) - 1)
    assert sum(widths.values()) + 2 * (len(widths) - 1) <= max(room, needed)
    assert all(1 <= widths[number] <= natural[number] for number in widths)
    assert {number for number, column in columns.items() if not column.rank} <= set(widths) or len(widths) == 1


def test_the_most_important_columns_are_kept_and_widened_first() -> None:
    columns = {rank: Column(title, rank, 10) for rank, title in enumerate(("dataset", "owner", "date", "path"))}
    natural = dict.fromkeys(columns, 20)
    assert fit_widths(columns, natural, 86) == {0: 20, 1: 20, 2: 20, 3: 20}
    assert fit_widths(columns, natural, 60) == {0: 20, 1: 14, 2: 10, 3: 10}
    assert fit_widths(columns, natural, 46) == {0: 10, 1: 10, 2: 10, 3: 10}
    assert fit_widths(columns, natural, 45) == {0: 20, 1: 11, 2: 10}
    assert fit_widths(columns, natural, 22) == {0: 10, 1: 10}
    assert fit_widths(columns, natural, 21) == {0: 20}


def test_colours_follow_the_style() -> None:
    page = Page(Style(80, color=True))
    assert page.line(Cell("active", GREEN)) == "\x1b[32mactive\x1b[0m"
    assert Page(Style(80)).line(Cell("active", GREEN)) == "active"
