"""Renders the uses and the unused fields of a fleet, as `dcr fleet consumers` prints them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dcr.fleet.listings.documents import header_document
from dcr.rendering.listings.consumers import use_document
from dcr.rendering.listings.page import BOLD, DIM, YELLOW, Cell, Column, Page, join_lines
from dcr.report.summary import format_count

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from dcr.consumers.consumer import DeclaredUse
    from dcr.index.records import StoredField
    from dcr.rendering.style import Style

_COLUMNS = (
    Column("field", least=16), Column("dataset", 0, 16), Column("repository", 0, 12), Column("type", 2),
    Column("status", 1), Column("defined at", 3, 24, is_path=True),
)  # fmt: skip


def document(index_name: str, uses: Iterable[DeclaredUse], today: str) -> dict[str, Any]:
    """Return the uses as a JSON document; `today` is YYYY-MM-DD."""
    documents = [{"repository": each.consumer.repository, **use_document(each, today)} for each in uses]
    return {**header_document(index_name), "uses": documents}


def render_unused(fields: Sequence[StoredField], style: Style) -> str:
    """Return a row for each unused field, and a last line that counts them."""
    page = Page(style)
    count = format_count(len(fields), "field")
    summary = f"{count} without a declared consumer" if fields else "every field has a declared consumer"
    return join_lines([*page.table(_COLUMNS, map(_row, fields)), page.line(Cell(summary))])


def unused_document(index_name: str, fields: Iterable[StoredField]) -> dict[str, Any]:
    """Return the unused fields as a JSON document."""
    return {
        **header_document(index_name),
        "unused_fields": [
            {
                "repository": each.repository,
                "dataset_id": each.dataset_id,
                "field": each.path,
                "type": each.type,
                "deprecated": each.deprecated,
                "path": each.file,
            }
            for each in fields
        ],
    }


def _row(field: StoredField) -> list[Cell]:
    return [
        Cell(field.path, BOLD),
        Cell(field.dataset_id),
        Cell(field.repository),
        Cell(field.type),
        Cell("deprecated" if field.deprecated else "", YELLOW),
        Cell(field.file, DIM),
    ]
