"""Collects who uses which datasets and fields on one side, and which fields nobody uses."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from dcr.compatibility.reach import uses_any_field
from dcr.consumers.consumer import DeclaredUse, pin_locations
from dcr.consumers.dbt_projects import CODE_SUFFIXES
from dcr.consumers.index import ConsumerIndex
from dcr.consumers.readers.odcs import SOURCE as CONTRACT_SOURCE
from dcr.contract.contract import walk_fields
from dcr.git.consumers.all_consumers import stream_consumer_files
from dcr.git.consumers.declared_uses import list_possible_uses
from dcr.git.consumers.sources import may_mention_dataset
from dcr.git.contracts.all_contracts import stream_contract_files
from dcr.parsing.location import Location

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from dcr.consumers.consumer import Consumer
    from dcr.contract.contract import Contract, Field
    from dcr.git.consumers.all_consumers import FileContent, FileKey
    from dcr.git.consumers.declared_uses import ConsumerFile, DeclaredUses
    from dcr.git.sides import Side


class Usage(NamedTuple):
    """The declared consumers of one side. An unreadable file counts as a use of each dataset that it mentions."""

    declared: ConsumerIndex
    unreadable: tuple[ConsumerFile, ...]

    @property
    def is_empty(self) -> bool:
        """Whether no consumer is declared."""
        return not self.declared.consumers and not self.unreadable

    def list_uses(self) -> tuple[DeclaredUse, ...]:
        """Return all uses, sorted by the name of the consumer."""
        return tuple(DeclaredUse(consumer, use) for consumer in self.declared.consumers for use in consumer.uses)

    def find_declared_uses(self, ids: Iterable[str]) -> DeclaredUses | None:
        """Return the uses of some datasets, or None if no consumers are declared and no dataset is used.

        Models and contracts alone declare no consumers: they exist for other reasons.
        """
        uses = {dataset_id: self.find_uses(dataset_id) for dataset_id in ids}
        if any(uses.values()) or any(map(_is_declaration, self.declared.consumers)):
            return uses
        return None

    def find_uses(self, *ids: str) -> tuple[DeclaredUse, ...]:
        """Return the uses of a dataset by its ids, those that an unreadable file may declare last."""
        declared = (use for dataset_id in ids for use in self.declared.find_uses(dataset_id))
        possible = (
            use
            for file in self.unreadable
            for use in list_possible_uses(file, [name for name in ids if may_mention_dataset(file.text, name)])
        )
        return (*declared, *possible)


def _is_declaration(consumer: Consumer) -> bool:
    return consumer.source != CONTRACT_SOURCE and not consumer.path.endswith(CODE_SUFFIXES)


class UnusedField(NamedTuple):
    """A field that no declared consumer uses."""

    dataset_id: str
    path: str
    field: Field
    location: Location


def read_usage(
    side: Side, known: dict[FileKey, FileContent] | None = None, *, of_other_repositories: bool = False
) -> Usage:
    """Return the declared consumers of a side. Raise a `DcrError` if they cannot be read.

    `known` are files of another commit, which are not read again. They are replaced by those of this side. With
    `of_other_repositories`, uses of contracts and models that are not in this repository are included.
    """
    parsed, unreadable = [], []
    files = stream_consumer_files(
        side.repository, side.head, side.policy, known, of_other_repositories=of_other_repositories
    )
    for file in files:
        pinned = file._replace(parsed=pin_locations(file.parsed))
        parsed.append(pinned.parsed)
        if any(problem.is_fatal for problem in pinned.parsed.problems):
            unreadable.append(pinned)
    return Usage(ConsumerIndex(parsed), tuple(sorted(unreadable, key=lambda file: file.parsed.path)))


def list_unused_fields(contract: Contract, uses: Sequence[DeclaredUse], today: str) -> Iterator[UnusedField]:
    """Yield the fields of a contract that no use includes, without the fields in them; `today` is YYYY-MM-DD."""
    current = [declared.use for declared in uses if not declared.use.is_over(today)]
    unused: list[str] = []
    for path, field in walk_fields(contract.fields):
        if any(path.startswith((f"{parent}.", f"{parent}[]")) for parent in unused[-1:]):
            continue
        if not any(uses_any_field(use, (path,)) for use in current):
            unused.append(path)
            location = field.section.locate() if field.section else Location(contract.path)
            yield UnusedField(contract.dataset_id, path, field, location)


def find_unused_fields(side: Side, usage: Usage, today: str) -> list[UnusedField]:
    """Return the unused fields of all datasets that have a declared consumer or whose consumers are complete."""
    unused: list[UnusedField] = []
    for file in stream_contract_files(side):
        for contract in file.contracts:
            aliases = [each.dataset_id for each in file.contracts if each.alias_of == contract.dataset_id]
            uses = usage.find_uses(contract.dataset_id, *aliases)
            is_complete = contract.consumers_complete or side.policy.consumers.is_complete(contract.dataset_id)
            if contract.alias_of is None and (uses or is_complete):
                unused += list_unused_fields(contract, uses, today)
    return sort_unused_fields(unused)


def sort_unused_fields(unused: Sequence[UnusedField]) -> list[UnusedField]:
    """Return unused fields by dataset, the deprecated ones first."""
    return sorted(unused, key=lambda each: (not each.field.deprecated, each.dataset_id))
