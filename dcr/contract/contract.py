"""Holds the format-neutral records of valid contracts and fields that every rule compares.

`models` and `validity` decide what is valid. The records are plain and frozen, so that reading ten thousand of them
stays cheap.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from dcr.contract.terms import FieldTerms, Terms
    from dcr.parsing.location import SourceNode

Scalar = str | int | float | bool

UNRESOLVED_TYPE = "unread"
"""The type of a field whose type is a reference that does not exist: there is nothing to compare."""

ANY_TYPE = "any"
"""The type of a field whose file declares none."""

TYPES = ("string", "integer", "number", "boolean", "timestamp", "json", "object", "array")
STATUSES = ("draft", "active", "deprecated", "archived")

COMPLETENESS_KEY, COMPLETE_CONSUMERS = "x-consumers", "complete"
"""The key and the value with which a file declares the consumers of its dataset complete."""

CONSTRAINTS: dict[str, tuple[str, ...]] = {
    "min_length": ("string",),
    "max_length": ("string",),
    "pattern": ("string",),
    "format": ("string", "timestamp"),
    "minimum": ("integer", "number"),
    "maximum": ("integer", "number"),
    "exclusive_minimum": ("integer", "number"),
    "exclusive_maximum": ("integer", "number"),
    "multiple_of": ("integer", "number"),
    "unique": ("string", "integer", "number", "boolean", "timestamp"),
    "min_items": ("array",),
    "max_items": ("array",),
}
"""Each constraint and the types it is allowed on."""

_NO_CONSTRAINTS: Mapping[str, Any] = {}


@dataclass(frozen=True, slots=True)
class Field:
    """One column or attribute; `fields` belong to an object, `items` to an array (the name of `items` is empty).

    `written_type` and `written_physical_type` are the types as the file writes them, for messages; they are None where
    they equal `type` and `physical_type`. `terms` holds the properties that only foreign formats have.
    """

    name: str
    type: str
    required: bool = True
    description: str | None = None
    deprecated: bool = False
    enum: tuple[Scalar, ...] | None = None
    constraints: Mapping[str, Any] = field(default_factory=lambda: _NO_CONSTRAINTS)
    fields: tuple[Field, ...] = ()
    items: Field | None = None
    physical_type: str | None = None
    section: SourceNode | None = field(default=None, compare=False, repr=False)
    written_type: str | None = field(default=None, compare=False, repr=False)
    written_physical_type: str | None = field(default=None, compare=False, repr=False)
    terms: FieldTerms | None = None


class Owner(NamedTuple):
    """A team that is responsible for the dataset, and how to reach it."""

    team: str
    contact: str | None = None


class FreshnessSLA(NamedTuple):
    """The promise that data is never older than `max_lag_seconds`, measured by `measurement`.

    `max_lag_seconds` is None where the promise is written but not understood: `written` then holds its source text.
    """

    max_lag_seconds: int | None
    measurement: str | None = None
    written: str | None = None


@dataclass(frozen=True, slots=True)
class Contract:
    """The contract of one dataset at one version; its identity is `(dataset_id, version)`, never the path.

    `dataset_section` is the part of the file with the fields, where one file holds several datasets. `has_name` is
    false for a dataset without a name in its file, `has_status` for a status that is only a default.

    `is_changed_in_place` is for formats whose versions are not bumped: a new version is added next to the old one.
    `latest` is then the version that a reference without a version resolves to. That reference is a dataset too; its
    contract is `alias_of` the one of that version.

    `consumers_complete` is whether the file declares that all consumers of the dataset are known.

    `access` is who may read the dataset, where the format has it. `terms` holds what only foreign formats have.
    """

    dataset_id: str
    version: str
    fields: tuple[Field, ...]
    description: str | None = None
    status: str = "draft"
    primary_key: tuple[str, ...] = ()
    owners: tuple[Owner, ...] = ()
    freshness_sla: FreshnessSLA | None = None
    deprecation_uri: str | None = None
    section: SourceNode | None = field(default=None, compare=False, repr=False)
    dataset_section: SourceNode | None = field(default=None, compare=False, repr=False)
    format: str = field(default="native", compare=False)
    has_name: bool = field(default=True, compare=False)
    has_status: bool = field(default=True, compare=False)
    is_changed_in_place: bool = False
    latest: str | None = None
    access: str | None = None
    terms: Terms | None = None
    alias_of: str | None = None
    consumers_complete: bool = field(default=False, compare=False)

    @property
    def written_status(self) -> str | None:
        """The status as the file writes it, or the value it is derived from; None where the file has none."""
        return self.section.find_text("status") if self.section else self.status

    @property
    def fields_section(self) -> SourceNode | None:
        """The section with the fields and the primary key."""
        return self.dataset_section or self.section

    @property
    def path(self) -> str:
        """The path of the source file, relative to the repository; empty for a contract made in Python."""
        return self.section.path if self.section else ""


def has_no_type(field: Field) -> bool:
    """Return whether the file declares no type for a field; a declared type may also be called `any`."""
    return field.type == ANY_TYPE and field.written_type is None


def build_comparison_key(contract: Contract) -> tuple[object, ...]:
    """Return everything that a version fixes, as a key that is equal for equivalent contracts.

    The order of fields, enum values and owners is ignored; the order of the primary key is not. The version,
    `status`, `deprecation_uri` and `consumers_complete` are left out: these may change without a new version.
    """
    return (*_build_header_key(contract), build_fields_key(contract.fields))


def _build_header_key(contract: Contract) -> tuple[object, ...]:
    return (
        contract.dataset_id,
        contract.description,
        contract.primary_key,
        frozenset(contract.owners),
        contract.freshness_sla,
        contract.access,
        contract.terms.comparison_key if contract.terms else None,
    )


class _Comparison:
    """Keeps the last result of `is_equivalent`, with its contracts: a check asks several times whether they differ."""

    last: tuple[Contract, Contract, bool] | None = None


def is_equivalent(first: Contract, second: Contract) -> bool:
    """Return whether two contracts have equal comparison keys, without building those of identical fields."""
    last = _Comparison.last
    if last is not None and last[0] is first and last[1] is second:
        return last[2]
    is_equal = _build_header_key(first) == _build_header_key(second) and _are_fields_equivalent(
        first.fields, second.fields
    )
    _Comparison.last = (first, second, is_equal)
    return is_equal


def _are_fields_equivalent(first: tuple[Field, ...], second: tuple[Field, ...]) -> bool:
    if first is second:
        return True
    before, after = ({field.name: field for field in fields} for fields in drop_shared(first, second))
    return before.keys() == after.keys() and all(
        field is after[name] or build_field_key(field) == build_field_key(after[name]) for name, field in before.items()
    )


def drop_shared(first: tuple[Field, ...], second: tuple[Field, ...]) -> tuple[list[Field], list[Field]]:
    """Return the fields of two contracts without those that are the same object at the same place in both."""
    changed = [(before, after) for before, after in zip(first, second, strict=False) if before is not after]
    shorter = min(len(first), len(second))
    return [field for field, _ in changed] + [*first[shorter:]], [field for _, field in changed] + [*second[shorter:]]


def build_fields_key(fields: tuple[Field, ...]) -> dict[str, tuple[object, ...]]:
    """Return the comparison keys of fields by name."""
    return {field.name: build_field_key(field) for field in fields}


def build_field_key(field: Field) -> tuple[object, ...]:
    """Return everything that a field declares, as a key that is equal for equivalent fields."""
    return (
        field.type,
        field.required,
        field.description,
        field.deprecated,
        None if field.enum is None else frozenset(field.enum),
        dict(field.constraints),
        build_fields_key(field.fields),
        build_field_key(field.items) if field.items else None,
        field.physical_type,
        field.terms.comparison_key if field.terms else None,
    )


def join_path(parent: str, name: str) -> str:
    """Return the path of a field below `parent`: `address.city`.

    A name that contains a dot, `[]` or a quotation mark is quoted, so that no two fields share a path.
    """
    segment = name
    if "." in name or "[]" in name or '"' in name:
        escaped = name.replace("\\", "\\\\").replace('"', '\\"')
        segment = f'"{escaped}"'
    return f"{parent}.{segment}" if parent else segment


def walk_fields(fields: tuple[Field, ...], parent: str = "") -> Iterator[tuple[str, Field]]:
    """Yield every field with its path, parents first; the elements of an array have a path such as `tags[]`."""
    for each in fields:
        path = join_path(parent, each.name)
        if each.fields or each.items:
            yield from _walk_field(path, each)
        else:  # most fields have no others
            yield path, each


def count_fields(fields: tuple[Field, ...]) -> int:
    """Return how many fields `walk_fields` yields."""
    return len(fields) + sum([_count_nested(field) for field in fields if field.fields or field.items])


def _count_nested(field: Field) -> int:
    return count_fields(field.fields) + (1 + _count_nested(field.items) if field.items else 0)


def _walk_field(path: str, field: Field) -> Iterator[tuple[str, Field]]:
    yield path, field
    yield from walk_fields(field.fields, path)
    if field.items:
        yield from _walk_field(f"{path}[]", field.items)
