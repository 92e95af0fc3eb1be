"""Renders the versions of a dataset in a fleet, as `dcr fleet versions` prints them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dcr.fleet.listings.documents import header_document
from dcr.rendering.listings.json_documents import bump_document, commit_document
from dcr.rendering.listings.page import BOLD, DIM, RED, STATUS_COLORS, Cell, Column, Page, join_lines, shorten_subject
from dcr.report.summary import format_count

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from dcr.index.records import StoredVersion
    from dcr.rendering.style import Style

_SHORT = 10
_COLUMNS = (
    Column("version", least=9), Column("repository", 0, 12), Column("status", 1), Column("bump", 3),
    Column("breaks", 2), Column("released", 1), Column("commit", 5), Column("author", 6, 8), Column("subject", 4, 16),
)  # fmt: skip


def render(versions: Sequence[StoredVersion], style: Style) -> str:
    """Return a row for each version, and a last line that counts them."""
    page = Page(style)
    return join_lines([
        *page.table(_COLUMNS, map(_row, versions)), page.line(Cell(format_count(len(versions), "version"))),
    ])  # fmt: skip


def document(index_name: str, dataset_id: str, versions: Iterable[StoredVersion]) -> dict[str, Any]:
    """Return the list as a JSON document."""
    return {
        **header_document(index_name),
        "dataset_id": dataset_id,
        "versions": [
            {
                "repository": each.repository,
                "version": each.version,
                "status": each.status,
                "path": each.path,
                "bump": bump_document(each.required_bump, each.actual_bump),
                "breaks": each.breaks,
                **commit_document(each.commit),
            }
            for each in versions
        ],
    }


def _row(version: StoredVersion) -> list[Cell]:
    commit = version.commit
    return [
        Cell(version.version, BOLD),
        Cell(version.repository),
        Cell(version.status, STATUS_COLORS.get(version.status, "")),
        Cell((version.actual_bump or "").upper()),
        Cell("breaks" if version.breaks else "", RED),
        Cell(commit.day),
        Cell(commit.id[:_SHORT], DIM),
        Cell(commit.author),
        Cell(shorten_subject(commit.subject), DIM),
    ]
