"""Reads from the index what the pages about a fleet show."""

from __future__ import annotations

from collections import defaultdict
from itertools import groupby
from typing import TYPE_CHECKING, NamedTuple

from dcr.index.consumers import list_uses
from dcr.index.details import list_fields, list_versions
from dcr.index.queries import list_datasets
from dcr.index.records import REMOVED
from dcr.rendering.listings.consumers import format_owners

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from dcr.consumers.consumer import Consumer, DeclaredUse
    from dcr.index.connection import OpenIndex
    from dcr.index.records import StoredDataset, StoredField, StoredVersion

BATCH_SIZE = 200
"""The number of datasets whose fields, versions and uses are in memory together."""


class DatasetPart(NamedTuple):
    """A dataset in one repository, with its fields and its versions, newest first."""

    dataset: StoredDataset
    fields: tuple[StoredField, ...]
    versions: tuple[StoredVersion, ...]


class UseView(NamedTuple):
    """A use of a dataset in words. `reads` are the fields that it uses, or how it reads them."""

    consumer: Consumer
    owners: str
    reads: str
    until: str


class DatasetView(NamedTuple):
    """A dataset in each repository that defines it, and its uses in all repositories."""

    dataset_id: str
    parts: tuple[DatasetPart, ...]
    uses: tuple[UseView, ...]

    @property
    def present(self) -> tuple[str, ...]:
        """The repositories in which a file defines it."""
        return tuple(part.dataset.repository for part in self.parts if part.dataset.status != REMOVED)


class ConsumerView(NamedTuple):
    """A consumer of a repository, with the ids of the datasets that it uses."""

    name: str
    repository: str
    owners: str
    datasets: tuple[str, ...]


def read_dataset_views(index: OpenIndex, ids: Sequence[str]) -> Iterator[DatasetView]:
    """Yield some datasets, in the order of their ids, a batch at a time."""
    for start in range(0, len(ids), BATCH_SIZE):
        yield from _read_batch(index, ids[start : start + BATCH_SIZE])


def _read_batch(index: OpenIndex, ids: Sequence[str]) -> Iterator[DatasetView]:
    fields: dict[tuple[str, str], list[StoredField]] = defaultdict(list)
    versions: dict[tuple[str, str], list[StoredVersion]] = defaultdict(list)
    uses: dict[str, list[DeclaredUse]] = defaultdict(list)
    for field in list_fields(index.connection, ids):
        fields[field.repository, field.dataset_id].append(field)
    for version in list_versions(index.connection, ids):
        versions[version.repository, version.dataset_id].append(version)
    for declared in list_uses(index.connection, ids):
        uses[declared.use.dataset_id].append(declared)
    datasets = list_datasets(index.connection, ids)
    for dataset_id, group in groupby(datasets, key=lambda dataset: dataset.dataset_id):
        parts = []
        for dataset in group:
            key = dataset.repository, dataset_id
            parts.append(DatasetPart(dataset, tuple(fields[key]), tuple(versions[key])))
        yield DatasetView(dataset_id, tuple(parts), tuple(map(_view_use, uses[dataset_id])))


def _view_use(declared: DeclaredUse) -> UseView:
    consumer, use, _ = declared
    reads = "all fields" if use.fields is None else ", ".join(use.fields)
    reads = "the file cannot be read" if use.reads == "unknown" else reads
    return UseView(consumer, format_owners(consumer.owners), reads, use.until or "")


def list_consumer_views(uses: Iterable[DeclaredUse]) -> list[ConsumerView]:
    """Return the consumers of uses, in the order of their names, with what each uses."""
    found: dict[tuple[str, str, str], tuple[Consumer, dict[str, None]]] = {}
    for consumer, use, _ in uses:
        key = consumer.name, consumer.repository, consumer.source
        found.setdefault(key, (consumer, {}))[1][use.dataset_id] = None
    return [
        ConsumerView(consumer.name, consumer.repository, format_owners(consumer.owners), tuple(sorted(datasets)))
        for consumer, datasets in found.values()
    ]
