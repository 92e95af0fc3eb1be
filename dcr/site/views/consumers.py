"""Describes every declared consumer: who owns it, what it uses, and which of its uses cannot work or will end."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING, NamedTuple

from dcr.compatibility.used_fields import (
    list_ancestors,
    list_deprecated_fields,
    list_unknown_fields,
    list_unknown_values,
)
from dcr.registry.datasets import REMOVED
from dcr.site.views.uses import Owners, UseView, list_values, view_use

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from dcr.consumers.consumer import Consumer, Use
    from dcr.contract.contract import Contract
    from dcr.registry.datasets import Dataset
    from dcr.registry.history.timeline import History
    from dcr.registry.usage import Usage

MAX_BATCH = 200
"""The number of contracts that are in memory together."""
MAX_UNREADABLE = 50
"""The number of unreadable files that a page lists."""
UNKNOWN, DEPRECATED = "unknown", "deprecated"


class Mark(NamedTuple):
    """A field or a value that a consumer uses; `state` is `unknown`, `deprecated` or empty."""

    text: str
    state: str


class UsedDatasetView(NamedTuple):
    """A dataset that a consumer uses. The status is empty if the dataset never had a contract.

    `fields` is None for all fields. `deprecated_fields` are those that are used without being listed. `is_strict` is
    False if the dataset need not have a contract.
    """

    dataset_id: str
    status: str
    version: str
    fields: tuple[Mark, ...] | None
    deprecated_fields: tuple[str, ...]
    values: tuple[tuple[str, tuple[Mark, ...]], ...]
    versions: str
    is_outside: bool
    reads: str
    until: str
    is_over: bool
    is_strict: bool


class Declaration(NamedTuple):
    """What one file declares about a consumer."""

    owners: Owners
    description: str
    source: str
    path: str
    uses: tuple[UsedDatasetView, ...]


class ConsumerView(NamedTuple):
    """The data of a consumer's page. A duplicated name has several declarations."""

    name: str
    declarations: tuple[Declaration, ...]


class ConsumerRow(NamedTuple):
    """A consumer in the overview."""

    name: str
    owners: Owners
    description: str
    dataset_count: int

    @property
    def teams(self) -> tuple[str, ...]:
        """The names of the owners, each once."""
        return tuple(dict.fromkeys(team for team, _ in self.owners))


class DeclaredConsumers:
    """The declared consumers of a commit; `today` is YYYY-MM-DD. `is_empty` is whether there are none."""

    def __init__(self, usage: Usage, datasets: Iterable[Dataset], today: str) -> None:
        self.usage, self._today = usage, today
        self.is_empty = usage.is_empty
        self._datasets: dict[str, Dataset] = {}
        self._aliases: dict[str, list[str]] = {}
        if not self.is_empty:
            for dataset in datasets:
                self._datasets[dataset.facts.dataset_id] = dataset
                if dataset.facts.alias_of:
                    self._aliases.setdefault(dataset.facts.alias_of, []).append(dataset.facts.dataset_id)

    @property
    def names(self) -> tuple[str, ...]:
        """The names of the consumers, each once, sorted."""
        return tuple(dict.fromkeys(consumer.name for consumer in self.usage.declared.consumers))

    @property
    def unreadable_count(self) -> int:
        """The number of files that cannot be read completely."""
        return len(self.usage.unreadable)

    def list_unreadable(self) -> tuple[tuple[str, str], ...]:
        """Return the first files that cannot be read completely, each with the reason."""
        return tuple(
            (file.parsed.path, next(problem.message for problem in file.parsed.problems if problem.is_fatal))
            for file in self.usage.unreadable[:MAX_UNREADABLE]
        )

    def find_uses(self, dataset_id: str) -> tuple[UseView, ...] | None:
        """Return the uses of a dataset and of its aliases; None if no consumers are declared at all."""
        if self.is_empty:
            return None
        declared = self.usage.find_uses(dataset_id, *self._aliases.get(dataset_id, ()))
        return tuple(dict.fromkeys(view_use(each, self._today) for each in declared))

    def list_rows(self) -> tuple[ConsumerRow, ...]:
        """Return each consumer as the overview shows it, sorted by name."""
        rows = []
        for name in self.names:
            found = self.usage.declared.find_consumers(name)
            owners = tuple(dict.fromkeys(owner for consumer in found for owner in consumer.owners))
            count = len({use.dataset_id for consumer in found for use in consumer.uses})
            rows.append(ConsumerRow(name, owners, found[0].description or "", count))
        return tuple(rows)

    def describe(self, name: str) -> str:
        """Return a text that differs if the page of a consumer may differ: what it declares, and its datasets."""
        found = self.usage.declared.find_consumers(name)
        uses = [use for consumer in found for use in consumer.uses]
        used = {use.dataset_id: self._datasets.get(use.dataset_id) for use in uses}
        versions = [(each.last.path, each.last.blob) for each in used.values() if each]
        return repr((_build_view(name, found, (self._view_used(use, None) for use in uses)), versions))

    def read_views(self, history: History, names: Iterable[str]) -> Iterator[ConsumerView]:
        """Yield the data of some consumers' pages, in order. Contracts are read in batches, so memory stays bounded.

        Raise a `DcrError` if they cannot be read.
        """
        found = {name: self.usage.declared.find_consumers(name) for name in names}
        uses = (use for consumers in found.values() for consumer in consumers for use in consumer.uses)
        views = self._view_all_used(history, uses)
        for name, consumers in found.items():
            yield _build_view(name, consumers, views)

    def _view_all_used(self, history: History, uses: Iterator[Use]) -> Iterator[UsedDatasetView]:
        while batch := list(islice(uses, MAX_BATCH)):
            current = {use.dataset_id: history.find_current(use.dataset_id) for use in batch}
            revisions = [revision for revision in current.values() if revision]
            ids = [dataset_id for dataset_id, revision in current.items() if revision]
            contracts = dict(zip(ids, history.read_contracts(revisions), strict=True))
            history.drop_contracts(ids)
            for use in batch:
                yield self._view_used(use, contracts.get(use.dataset_id))

    def _view_used(self, use: Use, contract: Contract | None) -> UsedDatasetView:
        """Return a used dataset. Without its contract, no field and no value has a mark."""
        return _view_used(use, contract, self._datasets.get(use.dataset_id), self._today)


def _build_view(name: str, consumers: Iterable[Consumer], uses: Iterator[UsedDatasetView]) -> ConsumerView:
    """Return a consumer; `uses` yields the views of its uses, and maybe those of others after them."""
    declarations = (
        Declaration(
            consumer.owners,
            consumer.description or "",
            consumer.source,
            consumer.path,
            tuple(islice(uses, len(consumer.uses))),
        )
        for consumer in consumers
    )
    return ConsumerView(name, tuple(declarations))


def _view_used(use: Use, contract: Contract | None, dataset: Dataset | None, today: str) -> UsedDatasetView:
    status = dataset.status if dataset else ""
    is_outside = bool(use.versions and dataset and status != REMOVED) and not _contains(use, dataset)
    checked = None if is_outside or use.is_over(today) else contract
    unknown = set(list_unknown_fields(use, checked)) if checked else set()
    deprecated = set(list_deprecated_fields(use, checked)) if checked else set()
    unknown_values = {(each.path, each.value.text) for each in list_unknown_values(use, checked)} if checked else set()
    fields = use.used_fields

    def mark(path: str) -> Mark:
        is_deprecated = not deprecated.isdisjoint((path, *list_ancestors(path)))
        return Mark(path, UNKNOWN if path in unknown else DEPRECATED if is_deprecated else "")

    marks = None if fields is None else tuple(map(mark, fields))
    around = {each for path in fields or () for each in (path, *list_ancestors(path))}
    values = tuple(
        (path, tuple(Mark(text, UNKNOWN if (path, text) in unknown_values else "") for text in texts))
        for path, texts in list_values(use)
    )
    return UsedDatasetView(
        use.dataset_id,
        status,
        dataset.facts.version if dataset else "",
        marks,
        tuple(sorted(deprecated - around)),
        values,
        use.versions.text if use.versions else "",
        is_outside,
        use.reads,
        use.until or "",
        use.is_over(today),
        use.is_strict,
    )


def _contains(use: Use, dataset: Dataset | None) -> bool:
    return use.versions is None or dataset is None or use.versions.contains(dataset.facts.version)
