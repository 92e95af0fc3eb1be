"""Determines which declared uses of a dataset an issue reaches.

A use is reached if something that it declares stops working: a field that it selects, an enum value that it switches
on, or the rows that it validates. A use that was not built for the previous version is not reached.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from dcr.consumers.consumer import QUERIES, UNKNOWN_READS
from dcr.consumers.consumer import ROWS as ROWS_READS
from dcr.parsing.location import Location

if TYPE_CHECKING:
    from collections.abc import Iterable

    from dcr.consumers.consumer import Consumer, DeclaredUse, DeclaredValue, Use
    from dcr.contract.contract import Owner, Scalar

EVERY_USE, ROWS = "every use", "rows"
LOST_VALUES, NEW_VALUES = "rows and lost values", "rows and new values"
"""What an issue breaks: everything that uses its fields, or only readers that validate rows. A change of an enum also
breaks readers that switch on values: on a value that can no longer occur, or without a branch for a new one."""


class Reach(NamedTuple):
    """What an issue breaks. `paths` are the fields that it concerns, empty for the whole dataset.

    `previous_values` and `proposed_values` are the enums before and after the change, None if any value is allowed.
    """

    breaks: str
    paths: tuple[str, ...] = ()
    previous_values: tuple[Scalar, ...] | None = None
    proposed_values: tuple[Scalar, ...] | None = None


class ReachedConsumer(NamedTuple):
    """A consumer that an issue reaches, and where its use is declared.

    The name of a consumer whose file mentions the dataset and cannot be read is the path of that file. The location
    has a commit if the change removes the declaration.
    """

    name: str
    owners: tuple[Owner, ...]
    source: str
    location: Location
    reads: str = QUERIES
    until: str | None = None

    @property
    def is_unreadable(self) -> bool:
        """Whether the declaration cannot be read, so that it counts as reached."""
        return self.reads == UNKNOWN_READS

    @property
    def is_removed(self) -> bool:
        """Whether the change removes the declaration."""
        return bool(self.location.commit)


def find_reached(
    reach: Reach, uses: Iterable[DeclaredUse], version: str | None, today: str
) -> tuple[ReachedConsumer, ...]:
    """Return the consumers that an issue reaches, each once, sorted by name. Files that cannot be read come last.

    `version` is the previous version, which an issue compares with, and `today` is YYYY-MM-DD.
    """
    reached: dict[str, ReachedConsumer] = {}
    for consumer, use, commit in uses:
        if consumer.name not in reached and not use.is_over(today) and is_reached(reach, use, version):
            location = locate_use(consumer, use)._replace(commit=commit)
            reached[consumer.name] = ReachedConsumer(
                consumer.name, consumer.owners, consumer.source, location, use.reads, use.until
            )
    return _sort_consumers(reached.values())


def combine_consumers(*groups: tuple[ReachedConsumer, ...] | None) -> tuple[ReachedConsumer, ...] | None:
    """Return the consumers of several issues that are reported as one, in the order of `find_reached`.

    None if all groups are None. A declaration of the proposed version has priority over one that was removed.
    """
    known = [group for group in groups if group is not None]
    if not known:
        return None
    combined: dict[str, ReachedConsumer] = {}
    for consumer in sorted((consumer for group in known for consumer in group), key=lambda found: found.is_removed):
        combined.setdefault(consumer.name, consumer)
    return _sort_consumers(combined.values())


def _sort_consumers(consumers: Iterable[ReachedConsumer]) -> tuple[ReachedConsumer, ...]:
    return tuple(sorted(consumers, key=lambda consumer: (consumer.is_unreadable, consumer.name)))


def locate_use(consumer: Consumer, use: Use) -> Location:
    """Return where a use is declared."""
    section = use.section or consumer.section
    return section.locate("dataset") if section else Location(consumer.path)


def is_reached(reach: Reach, use: Use, version: str | None) -> bool:
    """Return whether a change breaks what a use declares. `version` is the previous version, None if unknown."""
    if version is not None and use.versions is not None and not use.versions.contains(version):
        return False
    if reach.breaks == EVERY_USE:
        return uses_any_field(use, reach.paths)
    if use.reads in (ROWS_READS, UNKNOWN_READS) and uses_any_field(use, reach.paths):
        return True
    if reach.breaks not in (LOST_VALUES, NEW_VALUES):
        return False
    paths = {path.removesuffix("[]") for path in reach.paths}
    is_affected = _loses_value if reach.breaks == LOST_VALUES else _lacks_value
    return any(is_affected(reach, values) for path, values in use.values.items() if path.removesuffix("[]") in paths)


def uses_any_field(use: Use, paths: tuple[str, ...]) -> bool:
    """Return whether a use includes one of some fields, a part of it or its parent. No paths stand for all fields."""
    fields = use.used_fields
    return fields is None or not paths or any(_overlap(field, path) for field in fields for path in paths)


def _overlap(first: str, second: str) -> bool:
    """Return whether two paths are the same field, or one is nested in the other."""
    shorter, longer = sorted((first, second), key=len)
    return longer == shorter or longer.startswith((f"{shorter}.", f"{shorter}[]"))


def _loses_value(reach: Reach, values: tuple[DeclaredValue, ...]) -> bool:
    """Return whether one of the values could occur before the change and can no longer."""
    previous, proposed = reach.previous_values, reach.proposed_values
    if proposed is None:
        return False
    return any(
        (previous is None or any(value.equals(member) for member in previous))
        and not any(value.equals(member) for member in proposed)
        for value in values
    )


def _lacks_value(reach: Reach, values: tuple[DeclaredValue, ...]) -> bool:
    """Return whether a value that is none of these can occur now and could not before."""
    previous, proposed = reach.previous_values, reach.proposed_values
    if previous is None or proposed is None:
        return previous is not None
    known = frozenset(map(repr, previous))
    return any(repr(member) not in known and not any(value.equals(member) for value in values) for member in proposed)
