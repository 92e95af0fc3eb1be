"""Renders who added and last changed each field, as `dcr blame` prints it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dcr.rendering.listings.json_documents import commit_document, header_document, with_former_keys
from dcr.rendering.listings.page import BOLD, DIM, YELLOW, Cell, Column, Page, join_lines

if TYPE_CHECKING:
    from collections.abc import Sequence

    from dcr.registry.blame import FieldOrigin, RemovedField
    from dcr.registry.history.timeline import History, Revision
    from dcr.registry.snapshot import Snapshot
    from dcr.rendering.style import Style

_SHORT = 10
_COLUMNS = (
    Column("field", least=16), Column("added in", 2, 8), Column("date", 3), Column("commit", 6), Column("author", 4, 8),
    Column("changed in", 1, 10), Column("date", 3), Column("commit", 6), Column("author", 2, 8),
)  # fmt: skip


def render(fields: Sequence[FieldOrigin], removed: Sequence[RemovedField], style: Style) -> str:
    """Return a row for each field, and below the table a line for each removed field."""
    page = Page(style)
    lines = page.table(_COLUMNS, map(_row, fields))
    for field in removed:
        commit = field.removed.commit
        text = (
            f"removed on {commit.day} in {commit.id[:_SHORT]} by {commit.author}, last version {_version(field.last)}"
        )
        lines.append(page.line(Cell(field.path, DIM), Cell(text, YELLOW)))
    return join_lines(lines)


def document(
    opened: Snapshot, history: History, dataset_id: str, fields: Sequence[FieldOrigin], removed: Sequence[RemovedField]
) -> dict[str, Any]:
    """Return the same as a JSON document."""
    return with_former_keys({
        **header_document(opened, history),
        "dataset_id": dataset_id,
        "fields": [
            {
                "field": field.path,
                "type": field.field.type,
                "introduced": _state_document(field.added),
                "changed": _state_document(field.changed),
                "first": _state_document(field.first),
            }
            for field in fields
        ],
        "removed_fields": [
            {"field": field.path, "last": _state_document(field.last), "removed": _state_document(field.removed)}
            for field in removed
        ],
    })  # fmt: skip


def _row(field: FieldOrigin) -> list[Cell]:
    cells = [Cell(field.path, BOLD), *_state_cells(field.added)]
    is_changed = field.changed is not field.added
    return [*cells, *(_state_cells(field.changed, YELLOW) if is_changed else [Cell("")] * 4)]


def _state_cells(state: Revision, color: str = "") -> list[Cell]:
    commit = state.commit
    texts = (_version(state), commit.day, commit.id[:_SHORT], commit.author)
    return [Cell(texts[0], color), *map(Cell, texts[1:])]


def _version(state: Revision) -> str:
    return state.facts.version if state.facts else ""


def _state_document(state: Revision) -> dict[str, Any]:
    return {"version": _version(state), **commit_document(state.commit), "path": state.path}
