"""Renders the datasets of a fleet, as `dcr fleet datasets` prints them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dcr.fleet.listings.documents import duplicate_documents, header_document
from dcr.rendering.listings.datasets import format_duration
from dcr.rendering.listings.json_documents import commit_document
from dcr.rendering.listings.page import BOLD, DIM, STATUS_COLORS, Cell, Column, Page, join_lines
from dcr.report.summary import format_count

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from dcr.index.records import DuplicateDataset, StoredDataset
    from dcr.rendering.style import Style

_COLUMNS = (
    Column("dataset", least=24), Column("repository", 0, 12), Column("version", least=9), Column("status", 1),
    Column("owners", 3, 8), Column("freshness", 5, 9), Column("changed", 2), Column("author", 6, 8),
    Column("path", 4, 24, is_path=True),
)  # fmt: skip


def render(datasets: Sequence[StoredDataset], total: int, style: Style) -> str:
    """Return a row for each dataset, and a last line that counts them; `total` is their number before filtering."""
    page = Page(style)
    repositories = len({dataset.repository for dataset in datasets})
    count = f"{len(datasets):,} of {format_count(total, 'dataset')}"
    summary = format_count(total, "dataset") if len(datasets) == total else count
    where = f" in {repositories:,} {'repository' if repositories == 1 else 'repositories'}"
    return join_lines([*page.table(_COLUMNS, map(_row, datasets)), page.line(Cell(summary + where))])


def document(
    index_name: str, datasets: Iterable[StoredDataset], duplicates: Iterable[DuplicateDataset]
) -> dict[str, Any]:
    """Return the list as a JSON document, with the ids that several repositories define."""
    return {
        **header_document(index_name),
        "datasets": [dataset_document(dataset) for dataset in datasets],
        "issues": duplicate_documents(duplicates),
    }


def dataset_document(dataset: StoredDataset) -> dict[str, Any]:
    """Return a dataset as JSON values, with the keys of `dcr datasets` and its repository."""
    freshness = dataset.freshness
    return {
        "repository": dataset.repository,
        "dataset_id": dataset.dataset_id,
        "version": dataset.version,
        "alias_of": dataset.alias_of,
        "status": dataset.status,
        "description": dataset.description,
        "owners": [{"team": team, "contact": contact} for team, contact in dataset.owners],
        "freshness_sla": freshness and {"max_lag_seconds": freshness[0], "measurement": freshness[1]},
        "deprecation_uri": dataset.deprecation_uri,
        "format": dataset.format,
        "path": dataset.path,
        "also_at": list(dataset.other_paths),
        "last_change": commit_document(dataset.last_change),
    }


def _row(dataset: StoredDataset) -> list[Cell]:
    also = f" (also {', '.join(dataset.other_paths)})" if dataset.other_paths else ""
    return [
        Cell(dataset.dataset_id, BOLD),
        Cell(dataset.repository),
        Cell(f"{dataset.version} = {dataset.alias_of}" if dataset.alias_of else dataset.version),
        Cell(dataset.status, STATUS_COLORS.get(dataset.status, "")),
        Cell(", ".join(team for team, _ in dataset.owners)),
        Cell(format_duration(dataset.freshness[0]) if dataset.freshness else ""),
        Cell(dataset.last_change.day),
        Cell(dataset.last_change.author),
        Cell(f"{dataset.path}{also}", DIM),
    ]
