"""Finds consumers by their name, and their uses by the dataset."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dcr.consumers.consumer import DeclaredUse

if TYPE_CHECKING:
    from collections.abc import Iterable

    from dcr.consumers.consumer import Consumer, ParsedConsumers
    from dcr.formats.parsed_file import Problem


class ConsumerIndex:
    """The consumers of some files, sorted by name. A name has several consumers if it is a duplicate.

    `problems` are those because of which consumers or uses may be missing.
    """

    def __init__(self, files: Iterable[ParsedConsumers]) -> None:
        found: list[Consumer] = []
        problems: list[Problem] = []
        for file in files:
            found += file.consumers
            problems += (problem for problem in file.problems if problem.is_fatal)
        self.consumers = tuple(sorted(found, key=lambda consumer: (consumer.name, consumer.path)))
        self.problems = tuple(problems)
        self._by_name: dict[str, list[Consumer]] = {}
        self._uses: dict[str, list[DeclaredUse]] = {}
        for consumer in self.consumers:
            self._by_name.setdefault(consumer.name, []).append(consumer)
            for use in consumer.uses:
                self._uses.setdefault(use.dataset_id, []).append(DeclaredUse(consumer, use))

    @property
    def dataset_ids(self) -> tuple[str, ...]:
        """The ids of all datasets that are used, sorted; some may have no contract."""
        return tuple(sorted(self._uses))

    def find_uses(self, dataset_id: str) -> tuple[DeclaredUse, ...]:
        """Return the uses of a dataset, sorted by the name of the consumer."""
        return tuple(self._uses.get(dataset_id, ()))

    def find_consumers(self, name: str) -> tuple[Consumer, ...]:
        """Return the consumers with a name."""
        return tuple(self._by_name.get(name, ()))
