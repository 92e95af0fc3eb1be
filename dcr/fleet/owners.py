"""Groups the datasets of a fleet by the teams that own them."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from dcr.index.records import REMOVED

if TYPE_CHECKING:
    from collections.abc import Iterable

    from dcr.index.records import StoredDataset


class Team(NamedTuple):
    """A team with its contacts and datasets, None for the datasets without an owner."""

    name: str | None
    contacts: tuple[str, ...]
    datasets: tuple[StoredDataset, ...]

    @property
    def repositories(self) -> tuple[str, ...]:
        """The repositories of its datasets, sorted."""
        return tuple(sorted({dataset.repository for dataset in self.datasets}))


def list_teams(datasets: Iterable[StoredDataset]) -> list[Team]:
    """Return the teams by name, with their datasets in the given order; the datasets without an owner are last."""
    found: dict[str | None, tuple[dict[str, None], list[StoredDataset]]] = {}
    for dataset in datasets:
        if dataset.status == REMOVED:
            continue
        for name, contact in dataset.owners or ((None, None),):
            contacts, owned = found.setdefault(name, ({}, []))
            if contact:
                contacts[contact] = None
            if dataset not in owned[-1:]:
                owned.append(dataset)
    teams = [Team(name, tuple(sorted(contacts)), tuple(owned)) for name, (contacts, owned) in found.items()]
    return sorted(teams, key=lambda team: (team.name is None, team.name or ""))
