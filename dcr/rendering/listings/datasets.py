"""The list of datasets."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dcr.registry.datasets import REMOVED
from dcr.rendering.listings.json_documents import commit_document, opening, promises, unread
from dcr.rendering.listings.lines import BOLD, DIM, STATUS_COLORS, Cell, Paper, day, page
from dcr.report.summary import counted

if TYPE_CHECKING:
    from collections.abc import Sequence

    from dcr.registry.datasets import Dataset
    from dcr.registry.history.timeline import History
    from dcr.registry.snapshot import Opened
    from dcr.rendering.style import Style

_HEADINGS = ("dataset", "version", "status", "owners", "freshness", "last change", "path")
_UNITS = ((86_400, "d"), (3_600, "h"), (60, "min"), (1, "s"))


def render(datasets: Sequence[Dataset], known: Sequence[Dataset], style: Style) -> str:
    """Return a row for each dataset, and how many those are of all that are known."""
    paper = Paper(style)
    lines = paper.table(_HEADINGS, (_row(each) for each in datasets))
    return page([*lines, paper.line(Cell(_closing(datasets, known)))])


def _closing(datasets: Sequence[Dataset], known: Sequence[Dataset]) -> str:
    removed = sum(each.status == REMOVED for each in known)
    present = len(known) - removed
    if any(each.status == REMOVED for each in datasets):
        among = f"{len(datasets)} of " if len(datasets) < removed else ""
        return among + counted(removed, "removed dataset")
    if len(datasets) < present:
        return f"{len(datasets)} of {counted(present, 'dataset')}"
    return counted(present, "dataset") + (f"; --status removed shows {removed} more" if removed else "")


def document(opened: Opened, history: History, datasets: Sequence[Dataset]) -> dict[str, Any]:
    """Return the same as plain values."""
    return {
        **opening(opened, history),
        "datasets": [_document(each) for each in datasets],
        "unread": unread(history.unread_now),
    }


def _row(dataset: Dataset) -> list[Cell]:
    facts, commit = dataset.facts, dataset.last.commit
    also = f" (also {', '.join(dataset.also_at)})" if dataset.also_at else ""
    return [
        Cell(facts.dataset_id, BOLD),
        Cell(f"{facts.version} = {facts.alias_of}" if facts.alias_of else facts.version),
        Cell(dataset.status, STATUS_COLORS.get(dataset.status, "")),
        Cell(", ".join(team for team, _ in facts.owners)),
        Cell(lasting(facts.freshness[0]) if facts.freshness else ""),
        Cell(f"{day(commit.date)} {commit.author}"),
        Cell(f"{dataset.last.path}{also}", DIM),
    ]


def _document(dataset: Dataset) -> dict[str, Any]:
    facts = dataset.facts
    return {
        "dataset_id": facts.dataset_id,
        "version": facts.version,
        "alias_of": facts.alias_of,
        "status": dataset.status,
        **promises(facts),
        "format": facts.format,
        "path": None if dataset.status == REMOVED else dataset.last.path,
        "also_at": list(dataset.also_at),
        "last_change": commit_document(dataset.last.commit),
    }


def lasting(seconds: int | None) -> str:
    """Return a duration in the largest unit that holds it whole; one that is not understood is `?`."""
    if seconds is None:
        return "?"
    return next(f"{seconds // size} {unit}" for size, unit in _UNITS if seconds % size == 0)
