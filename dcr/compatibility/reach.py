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

    from dcr.consumers.consumer import Consumer, DeclaredUse, Use
    from dcr.contract.contract import Field, Owner

EVERY_USE, ROWS = "every use", "rows"
LOST_VALUES, NEW_VALUES = "rows and lost values", "rows and new values"
FORMER_ID = "every use of the former id"
"""What an issue breaks: everything that uses its fields, or only readers that validate rows. Another enum or constraint
also breaks readers that switch on values: on a value that can no longer occur, or without a branch for a new one. A new
id breaks only the uses that name the former one."""


class Reach(NamedTuple):
    """What an issue breaks. `paths` are the fields that it concerns, empty for the whole dataset.

    If it breaks readers that switch on values, `previous` and `proposed` are the field before and after the change, and
    `key` is what changed: the enum, or a constraint.
    """

    breaks: str
    paths: tuple[str, ...] = ()
    previous: Field | None = None
    proposed: Field | None = None
    key: str | None = None


class ReachedConsumer(NamedTuple):
    """A consumer that an issue reaches, and where its use is declared.

    The name of a consumer whose file mentions the dataset and cannot be read is the path of that file. The location
    has a commit if the change removes the declaration. If `repository` names another repository, the location is in
    that one. `paths` are all files that declare a use that breaks under this name, also those of older commits.
    """

    name: str
    owners: tuple[Owner, ...]
    source: str
    location: Location
    reads: str = QUERIES
    until: str | None = None
    paths: tuple[str, ...] = ()
    repository: str = ""

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

    Consumers of two sources are not the same, even if they have one name, as a dbt model and its semantic model. Nor
    are those of two repositories.
    `version` is the previous version, which an issue compares with, and `today` is YYYY-MM-DD.
    """
    reached: dict[tuple[str, str, str], ReachedConsumer] = {}
    for consumer, use, commit in uses:
        if use.is_over(today) or not is_reached(reach, use, version):
            continue
        key = consumer.name, consumer.source, consumer.repository
        location = locate_use(consumer, use)._replace(commit=commit)
        found = ReachedConsumer(
            consumer.name,
            consumer.owners,
            consumer.source,
            location,
            use.reads,
            use.until,
            (location.path,),
            consumer.repository,
        )
        reached[key] = _add_paths(reached.get(key, found), found)
    return _sort_consumers(reached.values())


def combine_consumers(*groups: tuple[ReachedConsumer, ...] | None) -> tuple[ReachedConsumer, ...] | None:
    """Return the consumers of several issues that are reported as one, in the order of `find_reached`.

    None if all groups are None. A declaration of the proposed version has priority over one that was removed.
    """
    known = [group for group in groups if group is not None]
    if not known:
        return None
    combined: dict[tuple[str, str, str], ReachedConsumer] = {}
    for consumer in sorted((consumer for group in known for consumer in group), key=lambda found: found.is_removed):
        key = consumer.name, consumer.source, consumer.repository
        combined[key] = _add_paths(combined.get(key, consumer), consumer)
    return _sort_consumers(combined.values())


def _add_paths(consumer: ReachedConsumer, other: ReachedConsumer) -> ReachedConsumer:
    """Return a consumer with the paths of another declaration of it."""
    if set(other.paths) <= set(consumer.paths):
        return consumer
    return consumer._replace(paths=tuple(dict.fromkeys((*consumer.paths, *other.paths))))


def _sort_consumers(consumers: Iterable[ReachedConsumer]) -> tuple[ReachedConsumer, ...]:
    def get_key(consumer: ReachedConsumer) -> tuple[bool, str, str, str]:
        return consumer.is_unreadable, consumer.name, consumer.source, consumer.repository

    return tuple(sorted(consumers, key=get_key))


def locate_use(consumer: Consumer, use: Use) -> Location:
    """Return where a use is declared."""
    section = use.section or consumer.section
    return section.locate("dataset") if section else Location(consumer.path)


def is_reached(reach: Reach, use: Use, version: str | None) -> bool:
    """Return whether a change breaks what a use declares. `version` is the previous version, None if unknown."""
    if version is not None and use.versions is not None and not use.versions.contains(version):
        return False
    if reach.breaks in (EVERY_USE, FORMER_ID):
        return uses_any_field(use, reach.paths)
    if use.reads in (ROWS_READS, UNKNOWN_READS) and uses_any_field(use, reach.paths):
        return True
    return reach.breaks in (LOST_VALUES, NEW_VALUES) and _breaks_switch(reach, use)


def uses_any_field(use: Use, paths: tuple[str, ...]) -> bool:
    """Return whether a use includes one of some fields, a part of it or its parent. No paths stand for all fields."""
    fields = use.used_fields
    return fields is None or not paths or any(_overlap(field, path) for field in fields for path in paths)


def _overlap(first: str, second: str) -> bool:
    """Return whether two paths are the same field, or one is nested in the other."""
    shorter, longer = sorted((first, second), key=len)
    return longer == shorter or longer.startswith((f"{shorter}.", f"{shorter}[]"))


def _breaks_switch(reach: Reach, use: Use) -> bool:
    """Return whether a change breaks a switch on values of its field; those of an array are values of its elements."""
    previous, proposed = reach.previous, reach.proposed
    if previous is None or proposed is None:
        return False
    paths = set(map(_strip_items, reach.paths))
    declared = [values for path, values in use.values.items() if _strip_items(path) in paths]
    if not declared:
        return False
    from dcr.compatibility.values_in_use import is_value_lost, is_value_unknown  # noqa: PLC0415 (few uses have values)

    if reach.breaks == NEW_VALUES:
        return any(is_value_unknown(values, previous, proposed) for values in declared)
    return any(is_value_lost(value, previous, proposed, reach.key) for values in declared for value in values)


def _strip_items(path: str) -> str:
    while path.endswith("[]"):
        path = path[:-2]
    return path
