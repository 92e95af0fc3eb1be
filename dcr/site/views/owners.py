"""Groups the datasets by their owners, with the contacts of each owner."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable

    from dcr.site.views.registry import DatasetRow

NOBODY = ""
"""The name under which datasets without an owner are listed."""


class OwnedDataset(NamedTuple):
    """A dataset in the list of an owner."""

    dataset_id: str
    status: str


class OwnerView(NamedTuple):
    """A team, the contacts that its contracts name, and the datasets that it owns; `team` is empty for no owner."""

    team: str
    contacts: tuple[str, ...]
    datasets: tuple[OwnedDataset, ...]


def list_owners(rows: Iterable[DatasetRow]) -> tuple[OwnerView, ...]:
    """Return the owners in alphabetical order, datasets without an owner last; removed datasets are left out."""
    contacts: dict[str, dict[str, None]] = {}
    datasets: dict[str, list[OwnedDataset]] = {}
    for row in rows:
        if row.is_removed:
            continue
        for team, contact in row.owners:
            known = contacts.setdefault(team, {})
            if contact:
                known[contact] = None
        for team in row.teams or (NOBODY,):
            datasets.setdefault(team, []).append(OwnedDataset(row.dataset_id, row.status))
    teams = sorted(datasets, key=lambda team: (team == NOBODY, team.casefold(), team))
    return tuple(OwnerView(team, tuple(contacts.get(team, ())), tuple(datasets[team])) for team in teams)
