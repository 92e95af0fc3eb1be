"""Renders the fields that no declared consumer uses, as `dcr consumers --unused` prints them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dcr.rendering.listings.consumers import side_document
from dcr.rendering.listings.json_documents import location_document
from dcr.rendering.listings.page import BOLD, DIM, YELLOW, Cell, Column, Page, join_lines
from dcr.report.summary import format_count
from dcr.text.printable import escape_ci_commands

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from dcr.git.sides import Side
    from dcr.registry.usage import UnusedField
    from dcr.rendering.style import Style

_COLUMNS = (
    Column("field", least=16), Column("dataset", 0, 16), Column("type", 2), Column("status", 1),
    Column("defined at", 3, 24, is_path=True),
)  # fmt: skip


def render(unused: Sequence[UnusedField], style: Style) -> str:
    """Return a row for each field, and a last line that counts them."""
    page = Page(style)
    datasets = len({each.dataset_id for each in unused})
    text = f"{format_count(len(unused), 'field')} of {format_count(datasets, 'dataset')} without a declared consumer"
    summary = text if unused else "every field has a declared consumer"
    return join_lines([*page.table(_COLUMNS, map(_row, unused)), page.line(Cell(summary))])


def render_text(unused: Iterable[UnusedField], style: Style) -> str:
    """Return a line for each field, with its location first."""
    return join_lines(escape_ci_commands(style.sanitize(_line(each))) for each in unused)


def document(side: Side, unused: Iterable[UnusedField]) -> dict[str, Any]:
    """Return the same as a JSON document."""
    return {
        **side_document(side),
        "unused_fields": [
            {
                "dataset_id": each.dataset_id,
                "field": each.path,
                "type": each.field.type,
                "deprecated": each.field.deprecated,
                "location": location_document(each.location),
            }
            for each in unused
        ],
    }


def _row(each: UnusedField) -> list[Cell]:
    status = "deprecated" if each.field.deprecated else ""
    return [
        Cell(each.path, BOLD),
        Cell(each.dataset_id),
        Cell(each.field.type),
        Cell(status, YELLOW),
        Cell(f"{each.location.path}:{each.location.line}", DIM),
    ]


def _line(each: UnusedField) -> str:
    location = each.location
    state = "deprecated and unused" if each.field.deprecated else "unused"
    return f"{location.path}:{location.line}:{location.column}: {each.dataset_id}: field '{each.path}' is {state}"
