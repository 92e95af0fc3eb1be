"""Renders the list of datasets that `dcr datasets` prints."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dcr.registry.datasets import REMOVED
from dcr.rendering.listings.json_documents import commit_document, header_document, promise_documents, unread_documents
from dcr.rendering.listings.page import BOLD, DIM, STATUS_COLORS, Cell, Column, Page, join_lines
from dcr.report.summary import format_count

if TYPE_CHECKING:
    from collections.abc import Sequence

    from dcr.registry.datasets import Dataset
    from dcr.registry.history.timeline import History
    from dcr.registry.snapshot import Snapshot
    from dcr.rendering.style import Style

_COLUMNS = (
    Column("dataset", least=24), Column("version", least=9), Column("status", 1), Column("owners", 3, 8),
    Column("freshness", 5, 9), Column("changed", 2), Column("author", 6, 8), Column("path", 4, 24, is_path=True),
)  # fmt: skip
_UNITS = ((86_400, "d"), (3_600, "h"), (60, "min"), (1, "s"))


def render(datasets: Sequence[Dataset], known: Sequence[Dataset], style: Style) -> str:
    """Return a row for each dataset, and a last line that counts them. `known` are the datasets before filtering."""
    page = Page(style)
    return join_lines([*page.table(_COLUMNS, map(_row, datasets)), page.line(Cell(_summary(datasets, known)))])


def _summary(datasets: Sequence[Dataset], known: Sequence[Dataset]) -> str:
    removed = sum(dataset.status == REMOVED for dataset in known)
    present = len(known) - removed
    if any(dataset.status == REMOVED for dataset in datasets):
        part = f"{len(datasets)} of " if len(datasets) < removed else ""
        return part + format_count(removed, "removed dataset")
    if len(datasets) < present:
        return f"{len(datasets)} of {format_count(present, 'dataset')}"
    removed_text = f", and {format_count(removed, 'removed dataset')} (--status removed)" if removed else ""
    return format_count(present, "dataset") + removed_text


def document(opened: Snapshot, history: History, datasets: Sequence[Dataset]) -> dict[str, Any]:
    """Return the list as a JSON document."""
    return {
        **header_document(opened, history),
        "datasets": [_document(dataset) for dataset in datasets],
        "unread": unread_documents(history.still_unreadable),
    }


def _row(dataset: Dataset) -> list[Cell]:
    facts, commit = dataset.facts, dataset.last.commit
    also = f" (also {', '.join(dataset.other_paths)})" if dataset.other_paths else ""
    return [
        Cell(facts.dataset_id, BOLD),
        Cell(f"{facts.version} = {facts.alias_of}" if facts.alias_of else facts.version),
        Cell(dataset.status, STATUS_COLORS.get(dataset.status, "")),
        Cell(", ".join(team for team, _ in facts.owners)),
        Cell(format_duration(facts.freshness[0]) if facts.freshness else ""),
        Cell(commit.day),
        Cell(commit.author),
        Cell(f"{dataset.last.path}{also}", DIM),
    ]


def _document(dataset: Dataset) -> dict[str, Any]:
    facts = dataset.facts
    return {
        "dataset_id": facts.dataset_id,
        "version": facts.version,
        "alias_of": facts.alias_of,
        "status": dataset.status,
        **promise_documents(facts),
        "format": facts.format,
        "path": None if dataset.status == REMOVED else dataset.last.path,
        "also_at": list(dataset.other_paths),
        "last_change": commit_document(dataset.last.commit),
    }


def format_duration(seconds: int | None) -> str:
    """Return a duration in the largest unit that holds a whole number of it. An unreadable duration is `?`."""
    if seconds is None:
        return "?"
    return next(f"{seconds // size} {unit}" for size, unit in _UNITS if seconds % size == 0)
