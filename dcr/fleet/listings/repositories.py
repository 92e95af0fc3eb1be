"""Renders the repositories of a fleet, as `dcr fleet` prints them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dcr.fleet.listings.documents import header_document
from dcr.rendering.listings.page import BOLD, DIM, RED, Cell, Column, Page, join_lines

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from dcr.index.records import StoredRepository
    from dcr.rendering.style import Style

_SHORT = 10
_COLUMNS = (
    Column("repository", least=16), Column("ref", 2), Column("commit", 3), Column("datasets", 1),
    Column("checked", 1, 20), Column("error", 0, 16), Column("address", 4, 24, is_path=True),
)  # fmt: skip


def render(repositories: Sequence[StoredRepository], style: Style) -> str:
    """Return a row for each repository, and a last line that counts them."""
    page = Page(style)
    failed = sum(each.error is not None for each in repositories)
    noun = "repository" if len(repositories) == 1 else "repositories"
    summary = f"{len(repositories):,} {noun}{f', {failed:,} failed' if failed else ''}"
    return join_lines([*page.table(_COLUMNS, map(_row, repositories)), page.line(Cell(summary))])


def document(index_name: str, repositories: Iterable[StoredRepository]) -> dict[str, Any]:
    """Return the list as a JSON document."""
    return {**header_document(index_name), "repositories": [_document(each) for each in repositories]}


def _document(repository: StoredRepository) -> dict[str, Any]:
    return {
        "name": repository.name,
        "address": repository.address,
        "ref": repository.read_ref or repository.ref,
        "commit": repository.commit,
        "complete": repository.is_complete,
        "datasets": repository.dataset_count,
        "read_at": repository.read_at,
        "checked_at": repository.checked_at,
        "error": repository.error,
        "failed_at": repository.failed_at,
    }


def _row(repository: StoredRepository) -> list[Cell]:
    return [
        Cell(repository.name, BOLD),
        Cell(repository.read_ref or repository.ref or ""),
        Cell((repository.commit or "")[:_SHORT], DIM),
        Cell("" if repository.commit is None else str(repository.dataset_count)),
        Cell(repository.checked_at or "never"),
        Cell(repository.error or "", RED),
        Cell(repository.address, DIM),
    ]
