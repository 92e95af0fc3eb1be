"""Describes who uses each dataset, and how many consumers use each of its fields."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from dcr.compatibility.used_fields import list_ancestors
from dcr.consumers.consumer import UNKNOWN_READS

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from dcr.consumers.consumer import DeclaredUse, Use
    from dcr.site.views.fields import FieldView

Owners = tuple[tuple[str, str | None], ...]
"""Teams with their contacts."""


class UseView(NamedTuple):
    """A use of a dataset by a consumer, without anything that depends on the dataset's contract.

    `fields` is None for all fields. The name of a consumer whose file cannot be read is the path of that file.
    """

    consumer: str
    owners: Owners
    fields: tuple[str, ...] | None
    values: tuple[tuple[str, tuple[str, ...]], ...]
    versions: str
    reads: str
    until: str
    is_over: bool
    path: str

    @property
    def is_unreadable(self) -> bool:
        """Whether the file mentions the dataset and cannot be read."""
        return self.reads == UNKNOWN_READS


class DatasetUses(NamedTuple):
    """The uses of a dataset, and by the path of each field how many consumers use it now.

    `may_be_unused` is False if a file that mentions the dataset cannot be read: nobody knows then what is unused.
    """

    uses: tuple[UseView, ...]
    field_counts: Mapping[str, int]
    may_be_unused: bool

    @property
    def consumer_count(self) -> int:
        """The number of consumers that are declared."""
        return len({use.consumer for use in self.uses if not use.is_unreadable})


def view_use(declared: DeclaredUse, today: str) -> UseView:
    """Return a use as the pages show it; `today` is YYYY-MM-DD."""
    consumer, use, _ = declared
    return UseView(
        consumer.name,
        consumer.owners,
        use.used_fields,
        list_values(use),
        use.versions.text if use.versions else "",
        use.reads,
        use.until or "",
        use.is_over(today),
        consumer.path,
    )


def list_values(use: Use) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """Return the enum values that a use switches on, by the path of the field."""
    return tuple((path, tuple(value.text for value in values)) for path, values in use.values.items())


def view_dataset_uses(uses: Sequence[UseView], fields: Iterable[FieldView]) -> DatasetUses:
    """Return the uses of a dataset with the number of users of each field. A use that is over does not count.

    The time is linear in the fields and in the uses: files of strangers may have many thousands of both.
    """
    current = [use for use in uses if not use.is_over]
    readable = [use for use in current if not use.is_unreadable]
    users = _FieldUsers(readable)
    counts = {path: users.count(path) for path in walk_paths(fields)}
    return DatasetUses(tuple(uses), counts, len(readable) == len(current))


class _FieldUsers:
    """Finds the users of a field: those of all fields, of the field, of its parents, and of the fields in it."""

    def __init__(self, uses: Iterable[UseView]) -> None:
        self._of_all: set[str] = set()
        self._by_path: dict[str, set[str]] = {}
        self._by_parent: dict[str, set[str]] = {}
        for use in uses:
            if use.fields is None:
                self._of_all.add(use.consumer)
            for path in use.fields or ():
                self._by_path.setdefault(path, set()).add(use.consumer)
                for parent in list_ancestors(path):
                    self._by_parent.setdefault(parent, set()).add(use.consumer)

    def count(self, path: str) -> int:
        """Return the number of consumers that use a field."""
        groups = [self._by_parent.get(path), *(self._by_path.get(each) for each in (path, *list_ancestors(path)))]
        found = [group for group in groups if group]
        return len(self._of_all.union(*found)) if found else len(self._of_all)


def walk_paths(fields: Iterable[FieldView]) -> Iterator[str]:
    """Yield the paths of fields and of those nested in them."""
    for field in fields:
        yield field.path
        yield from walk_paths(field.children)
