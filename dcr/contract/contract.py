"""What a contract says, whatever format it was written in: the values every rule compares.

These records hold contracts that are known to be valid; what is valid is decided in `models` and
`validity`. They are plain and frozen so that reading ten thousand of them stays cheap.
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
"""The type of a field whose file says it by a reference that leads nowhere: there is nothing to compare."""

ANY_TYPE = "any"
"""The type of a field whose file names none."""

TYPES = ("string", "integer", "number", "boolean", "timestamp", "json", "object", "array")
STATUSES = ("draft", "active", "deprecated", "archived")

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
"""Every constraint and the types it may stand on."""

_NO_CONSTRAINTS: Mapping[str, Any] = {}


@dataclass(frozen=True, slots=True)
class Field:
    """One column or attribute; `fields` are an object's, `items` an array's (its name is empty).

    `written_type` and `written_physical_type` are the file's own words for the types, for messages; they are None where `type` and
    `physical_type` are these words. `terms` is what only foreign formats say of a field.
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
    """A team that answers for the dataset, and how to reach it."""

    team: str
    contact: str | None = None


class FreshnessSLA(NamedTuple):
    """The promise that data is never older than `max_lag_seconds`, measured by `measurement`.

    The lag is None for a promise that is there and not understood: `written` is then what the file says.
    """

    max_lag_seconds: int | None
    measurement: str | None = None
    written: str | None = None


@dataclass(frozen=True, slots=True)
class Contract:
    """One dataset's agreement at one version; identity is `(dataset_id, version)`, never the path.

    `dataset_section` is the part of the file that holds the fields, where one file holds several datasets; `has_name` is false
    for one that has no name there, `has_status` for one whose status is only what it is taken for. `is_changed_in_place` is for
    formats whose versions do not grow: a new one is added beside the old, and `latest` is the one that readers get who
    name none. What they get is a dataset too, whose contract is `alias_of` the one of that version. `access` is who may
    read, where a format says. `terms` are those that only foreign formats have.
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

    @property
    def written_status(self) -> str | None:
        """The file's own word for the status, or what it is derived from; None where it says none."""
        return self.section.find_text("status") if self.section else self.status

    @property
    def fields_section(self) -> SourceNode | None:
        """Where the fields and the primary key stand."""
        return self.dataset_section or self.section

    @property
    def path(self) -> str:
        """The file this was read from, relative to the repository; empty for one made in Python."""
        return self.section.path if self.section else ""


def has_no_type(field: Field) -> bool:
    """Whether a field's file leaves its type out; one may also be called `any` there."""
    return field.type == ANY_TYPE and field.written_type is None


def build_comparison_key(contract: Contract) -> tuple[object, ...]:
    """Return everything a version fixes, in a form that compares by meaning.

    Order of fields, of enum values and of owners means nothing; order of the primary key does. The
    version itself, `status` and `deprecation_uri` are left out: those two may change in place.
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


def is_equivalent(one: Contract, other: Contract) -> bool:
    """Return whether `build_comparison_key` is equal for two contracts, without making it of the fields that both have."""
    return _build_header_key(one) == _build_header_key(other) and _are_fields_equivalent(one.fields, other.fields)


def _are_fields_equivalent(some: tuple[Field, ...], others: tuple[Field, ...]) -> bool:
    if some is others:
        return True
    before, after = ({each.name: each for each in fields} for fields in (some, others))
    return before.keys() == after.keys() and all(
        each is after[name] or build_field_key(each) == build_field_key(after[name]) for name, each in before.items()
    )


def build_fields_key(fields: tuple[Field, ...]) -> dict[str, tuple[object, ...]]:
    """Return fields by name, each in a form that compares by meaning."""
    return {each.name: build_field_key(each) for each in fields}


def build_field_key(field: Field) -> tuple[object, ...]:
    """Return everything a field says, in a form that compares by meaning."""
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

    A name that itself holds a dot, `[]` or a quotation mark is quoted, so that no two fields share a path.
    """
    shown = name
    if "." in name or "[]" in name or '"' in name:
        escaped = name.replace("\\", "\\\\").replace('"', '\\"')
        shown = f'"{escaped}"'
    return f"{parent}.{shown}" if parent else shown


def walk_fields(fields: tuple[Field, ...], parent: str = "") -> Iterator[tuple[str, Field]]:
    """Yield every field with its path, parents first; an array's elements have the path `tags[]`."""
    for each in fields:
        yield from _walk_field(join_path(parent, each.name), each)


def _walk_field(path: str, each: Field) -> Iterator[tuple[str, Field]]:
    yield path, each
    yield from walk_fields(each.fields, path)
    if each.items:
        yield from _walk_field(f"{path}[]", each.items)
