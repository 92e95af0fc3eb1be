"""Holds consumers and their uses of datasets, whatever file declares them."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping

    from dcr.consumers.targets import Target
    from dcr.consumers.version_range import VersionRange
    from dcr.contract.contract import Owner, Scalar
    from dcr.formats.parsed_file import Problem
    from dcr.parsing.location import SourceNode

QUERIES, ROWS = "queries", "rows"
"""How a consumer reads a dataset: it selects fields, or it validates whole rows."""

READS = (QUERIES, ROWS)

_CONSUMER_KEYS, _USE_KEYS = ("consumer", "owners", "uses"), ("dataset", "fields")
"""The keys whose locations are kept where a file's tree is not."""

NATIVE, AGREEMENT, EXPOSURE = "consumer", "data usage agreement", "dbt exposure"
"""The kinds of declarations that people write to declare a consumer: values of `Consumer.source`."""

UNKNOWN_READS = "unknown"
"""Stands for the way of reading of a file that cannot be read."""


class DeclaredValue(NamedTuple):
    """An enum value that a consumer switches on: its source text, and its value by the YAML 1.2 core schema."""

    text: str
    value: Scalar | None

    def equals(self, member: Scalar) -> bool:
        """Return whether this is a member of an enum. Text members compare as text, and booleans are not integers."""
        if isinstance(member, str):
            return self.text == member
        return isinstance(self.value, bool) is isinstance(member, bool) and self.value == member


_NO_VALUES: Mapping[str, tuple[DeclaredValue, ...]] = {}  # a mappingproxy could not be sent to another process


class Use(NamedTuple):
    """One use of a dataset.

    `versions` are the versions that the consumer was built for, None for all of them. `fields` are paths, None for all
    fields. `values` are the enum values that it switches on, by the path of their field. `until` is the day on which
    the consumer moves away, as YYYY-MM-DD. `is_strict` is False if the dataset need not have a contract, as in a dbt
    project. A use with a `target` refers to datasets in the way of another format; `DatasetIndex` finds them, and the
    `dataset_id` is only what the file writes.
    """

    dataset_id: str
    versions: VersionRange | None = None
    fields: tuple[str, ...] | None = None
    values: Mapping[str, tuple[DeclaredValue, ...]] = _NO_VALUES
    reads: str = QUERIES
    until: str | None = None
    section: SourceNode | None = None
    is_strict: bool = True
    target: Target | None = None

    @property
    def used_fields(self) -> tuple[str, ...] | None:
        """The paths of the fields that it uses, those of its values included. None for all fields."""
        return None if self.fields is None else tuple(dict.fromkeys((*self.fields, *self.values)))

    def is_over(self, today: str) -> bool:
        """Return whether the consumer has moved away; `today` is YYYY-MM-DD."""
        return self.until is not None and self.until < today


class Consumer(NamedTuple):
    """A dashboard, model, job or team that uses datasets. `source` is the kind of file that declares it.

    `repository` is the name of another repository that declares it, empty for the one that is read.
    `key_names` of the section translate `consumer`, `owners` and `uses` for files of other formats.
    """

    name: str
    owners: tuple[Owner, ...]
    uses: tuple[Use, ...]
    description: str | None = None
    source: str = NATIVE
    section: SourceNode | None = None
    repository: str = ""

    @property
    def path(self) -> str:
        """The path of the file that declares it."""
        return self.section.path if self.section else ""


class ParsedConsumers(NamedTuple):
    """The result of reading one file; `format` is None if it declares no consumers.

    With problems, some of its consumers or uses may be missing.
    """

    path: str
    format: str | None
    consumers: tuple[Consumer, ...] = ()
    problems: tuple[Problem, ...] = ()


class DeclaredUse(NamedTuple):
    """A use and the consumer that declares it; `commit` is set if only an older commit declares it."""

    consumer: Consumer
    use: Use
    commit: str = ""


def pin_locations(parsed: ParsedConsumers) -> ParsedConsumers:
    """Return the consumers of a file without its tree. Their keys and those of their uses keep their locations."""
    return parsed._replace(consumers=tuple(map(_pin_consumer, parsed.consumers)))


def _pin_consumer(consumer: Consumer) -> Consumer:
    uses = tuple(use._replace(section=use.section and use.section.pin(*_USE_KEYS)) for use in consumer.uses)
    return consumer._replace(uses=uses, section=consumer.section and consumer.section.pin(*_CONSUMER_KEYS))
