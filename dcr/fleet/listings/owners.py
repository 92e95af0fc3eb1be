"""Renders the teams of a fleet with their datasets, as `dcr fleet owners` prints them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dcr.fleet.listings.documents import header_document
from dcr.rendering.listings.page import BOLD, DIM, Cell, Column, Page, join_lines
from dcr.report.summary import format_count

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from dcr.fleet.owners import Team
    from dcr.rendering.style import Style

NO_OWNER = "(no owner)"
_COLUMNS = (
    Column("team", least=16), Column("datasets", 0, 8), Column("repositories", 1, 16), Column("contacts", 2, 16),
)  # fmt: skip


def render(teams: Sequence[Team], style: Style) -> str:
    """Return a row for each team, and a last line that counts them."""
    page = Page(style)
    named = sum(team.name is not None for team in teams)
    return join_lines([*page.table(_COLUMNS, map(_row, teams)), page.line(Cell(format_count(named, "team")))])


def document(index_name: str, teams: Iterable[Team]) -> dict[str, Any]:
    """Return the list as a JSON document. The team of datasets without an owner is null."""
    return {**header_document(index_name), "owners": [team_document(team) for team in teams]}


def team_document(team: Team) -> dict[str, Any]:
    """Return a team with its datasets as JSON values."""
    return {
        "team": team.name,
        "contacts": list(team.contacts),
        "datasets": [{"repository": each.repository, "dataset_id": each.dataset_id} for each in team.datasets],
    }


def _row(team: Team) -> list[Cell]:
    return [
        Cell(team.name or NO_OWNER, BOLD if team.name else DIM),
        Cell(f"{len(team.datasets):,}"),
        Cell(", ".join(team.repositories)),
        Cell(", ".join(team.contacts)),
    ]
