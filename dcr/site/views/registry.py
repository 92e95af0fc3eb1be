"""Lists every dataset of a commit with the values that the overview shows and filters by."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from dcr.registry.datasets import REMOVED, list_datasets
from dcr.site.views.commits import CommitView, view_commit

if TYPE_CHECKING:
    from dcr.registry.datasets import Dataset
    from dcr.registry.history.timeline import History
    from dcr.registry.snapshot import Snapshot

MAX_UNREADABLE = 50
"""The number of unreadable files that a page lists."""
_DOMAIN = re.compile(r"[^./]*")


class RegistryHeader(NamedTuple):
    """The commit that the pages were read at; `ref` is what it was called."""

    ref: str
    commit: str


class DatasetRow(NamedTuple):
    """One dataset in the overview: its newest version, or its last one if it was removed."""

    dataset_id: str
    domain: str
    version: str
    status: str
    format: str
    owners: tuple[tuple[str, str | None], ...]
    changed: CommitView

    @property
    def is_removed(self) -> bool:
        """Return whether no file defines the dataset any more."""
        return self.status == REMOVED

    @property
    def teams(self) -> tuple[str, ...]:
        """The names of the owners, each once."""
        return tuple(dict.fromkeys(team for team, _ in self.owners))


class UnreadableFile(NamedTuple):
    """A file that cannot be read at the commit."""

    path: str
    message: str
    commit: CommitView


class RegistryView(NamedTuple):
    """All datasets at one commit, in alphabetical order. `is_complete` is false for a shallow clone."""

    header: RegistryHeader
    rows: tuple[DatasetRow, ...]
    unreadable: tuple[UnreadableFile, ...]
    unreadable_count: int
    is_complete: bool


def read_registry(snapshot: Snapshot, history: History) -> RegistryView:
    """Return all datasets of a history as the overview shows them."""
    unreadable = [
        UnreadableFile(each.path, each.message, view_commit(each.commit))
        for each in history.still_unreadable[:MAX_UNREADABLE]
    ]
    return RegistryView(
        RegistryHeader(snapshot.ref, snapshot.commit),
        tuple(build_row(each) for each in list_datasets(history)),
        tuple(unreadable),
        len(history.still_unreadable),
        history.is_complete,
    )


def build_row(dataset: Dataset) -> DatasetRow:
    """Return a dataset as the overview shows it."""
    facts = dataset.facts
    return DatasetRow(
        facts.dataset_id,
        get_domain(facts.dataset_id),
        facts.version,
        dataset.status,
        facts.format,
        facts.owners,
        view_commit(dataset.last.commit),
    )


def get_domain(dataset_id: str) -> str:
    """Return the first part of an id: `users` of `users.daily_active`; the id itself if that part is empty."""
    found = _DOMAIN.match(dataset_id)
    return (found[0] if found else "") or dataset_id
