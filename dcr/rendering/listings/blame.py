"""Who is behind each field: a row for those that are, and one for those that went."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dcr.rendering.listings.json_documents import commit_document, opening
from dcr.rendering.listings.lines import BOLD, DIM, YELLOW, Cell, Paper, day, page

if TYPE_CHECKING:
    from collections.abc import Sequence

    from dcr.registry.blame import Blamed, Gone
    from dcr.registry.history.timeline import History, State
    from dcr.registry.snapshot import Opened
    from dcr.rendering.style import Style

_SHORT = 10
_HEADINGS = ("field", "introduced", "by", "last changed", "by")


def render(fields: Sequence[Blamed], gone: Sequence[Gone], style: Style) -> str:
    """Return a row for each field, and below them those that are gone."""
    paper = Paper(style)
    lines = paper.table(_HEADINGS, (_row(each) for each in fields))
    for each in gone:
        said = f"removed in {_when(each.removed)} by {each.removed.commit.author}, last in {_version(each.last)}"
        lines.append(paper.line(Cell(each.path, DIM), Cell(said, YELLOW)))
    return page(lines)


def document(
    opened: Opened, history: History, dataset_id: str, fields: Sequence[Blamed], gone: Sequence[Gone]
) -> dict[str, Any]:
    """Return the same as plain values."""
    return {
        **opening(opened, history),
        "dataset_id": dataset_id,
        "fields": [
            {
                "field": each.path,
                "type": each.field.type,
                "introduced": _state(each.introduced),
                "changed": _state(each.changed),
                "first": _state(each.first),
            }
            for each in fields
        ],
        "gone": [{"field": each.path, "last": _state(each.last), "removed": _state(each.removed)} for each in gone],
    }


def _row(each: Blamed) -> list[Cell]:
    changed = each.changed is not each.introduced
    return [
        Cell(each.path, BOLD),
        Cell(_when(each.introduced)),
        Cell(each.introduced.commit.author),
        Cell(_when(each.changed) if changed else "", YELLOW),
        Cell(each.changed.commit.author if changed else ""),
    ]


def _when(state: State) -> str:
    return f"{_version(state)} {day(state.commit.date)} {state.commit.id[:_SHORT]}"


def _version(state: State) -> str:
    return state.facts.version if state.facts else ""


def _state(state: State) -> dict[str, Any]:
    return {"version": _version(state), **commit_document(state.commit), "path": state.path}
