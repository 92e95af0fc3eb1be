"""Groups the datasets and the consumers by their owners, with the contacts of each owner."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable

    from dcr.site.views.consumers import ConsumerRow
    from dcr.site.views.registry import DatasetRow

NOBODY = ""
"""The name under which datasets without an owner are listed."""


class OwnedDataset(NamedTuple):
    """A dataset in the list of an owner."""

    dataset_id: str
    status: str


class OwnerView(NamedTuple):
    """A team, the contacts that its files name, and what it owns; `team` is empty for no owner."""

    team: str
    contacts: tuple[str, ...]
    datasets: tuple[OwnedDataset, ...]
    consumers: tuple[ConsumerRow, ...] = ()


def list_owners(rows: Iterable[DatasetRow], consumers: Iterable[ConsumerRow] = ()) -> tuple[OwnerView, ...]:
    """Return the owners in alphabetical order, what has no owner last; removed datasets are left out."""
    contacts: dict[str, dict[str, None]] = {}
    datasets: dict[str, list[OwnedDataset]] = {}
    owned_consumers: dict[str, list[ConsumerRow]] = {}

    def add_contacts(owners: Iterable[tuple[str, str | None]]) -> None:
        for team, contact in owners:
            known = contacts.setdefault(team, {})
            if contact:
                known[contact] = None

    for row in rows:
        if row.is_removed:
            continue
        add_contacts(row.owners)
        for team in row.teams or (NOBODY,):
            datasets.setdefault(team, []).append(OwnedDataset(row.dataset_id, row.status))
    for consumer in consumers:
        add_contacts(consumer.owners)
        for team in consumer.teams or (NOBODY,):
            owned_consumers.setdefault(team, []).append(consumer)
    teams = sorted({*datasets, *owned_consumers}, key=lambda team: (team == NOBODY, team.casefold(), team))
    return tuple(
        OwnerView(
            team,
            tuple(contacts.get(team, ())),
            tuple(datasets.get(team, ())),
            tuple(owned_consumers.get(team, ())),
        )
        for team in teams
    )
