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
    from dcr.parsing.location import Place

Scalar = str | int | float | bool

UNREAD = "unread"
"""The type of a field whose file says it by a reference that leads nowhere: there is nothing to compare."""

ANY = "any"
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

    `type_as` and `physical_as` are the file's own words for the types, for messages; they are None where `type` and
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
    place: Place | None = field(default=None, compare=False, repr=False)
    type_as: str | None = field(default=None, compare=False, repr=False)
    physical_as: str | None = field(default=None, compare=False, repr=False)
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

    `body` is the part of the file that holds the fields, where one file holds several datasets; `named` is false
    for one that has no name there, `says_status` for one whose status is only what it is taken for. `in_place` is for
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
    place: Place | None = field(default=None, compare=False, repr=False)
    body: Place | None = field(default=None, compare=False, repr=False)
    format: str = field(default="native", compare=False)
    named: bool = field(default=True, compare=False)
    says_status: bool = field(default=True, compare=False)
    in_place: bool = False
    latest: str | None = None
    access: str | None = None
    terms: Terms | None = None
    alias_of: str | None = None

    @property
    def status_as(self) -> str | None:
        """The file's own word for the status, or what it is derived from; None where it says none."""
        return self.place.text("status") if self.place else self.status

    @property
    def fields_place(self) -> Place | None:
        """Where the fields and the primary key stand."""
        return self.body or self.place

    @property
    def path(self) -> str:
        """The file this was read from, relative to the repository; empty for one made in Python."""
        return self.place.path if self.place else ""


def names_no_type(field: Field) -> bool:
    """Whether a field's file leaves its type out; one may also be called `any` there."""
    return field.type == ANY and field.type_as is None


def meaning(contract: Contract) -> tuple[object, ...]:
    """Return everything a version fixes, in a form that compares by meaning.

    Order of fields, of enum values and of owners means nothing; order of the primary key does. The
    version itself, `status` and `deprecation_uri` are left out: those two may change in place.
    """
    return (*_meaning_around(contract), fields_meaning(contract.fields))


def _meaning_around(contract: Contract) -> tuple[object, ...]:
    return (
        contract.dataset_id,
        contract.description,
        contract.primary_key,
        frozenset(contract.owners),
        contract.freshness_sla,
        contract.access,
        contract.terms.meaning if contract.terms else None,
    )


def is_same_meaning(one: Contract, other: Contract) -> bool:
    """Return whether `meaning` is equal for two contracts, without making it of the fields that both have."""
    return _meaning_around(one) == _meaning_around(other) and _same_fields(one.fields, other.fields)


def _same_fields(some: tuple[Field, ...], others: tuple[Field, ...]) -> bool:
    if some is others:
        return True
    before, after = ({each.name: each for each in fields} for fields in (some, others))
    return before.keys() == after.keys() and all(
        each is after[name] or field_meaning(each) == field_meaning(after[name]) for name, each in before.items()
    )


def fields_meaning(fields: tuple[Field, ...]) -> dict[str, tuple[object, ...]]:
    """Return fields by name, each in a form that compares by meaning."""
    return {each.name: field_meaning(each) for each in fields}


def field_meaning(field: Field) -> tuple[object, ...]:
    """Return everything a field says, in a form that compares by meaning."""
    return (
        field.type,
        field.required,
        field.description,
        field.deprecated,
        None if field.enum is None else frozenset(field.enum),
        dict(field.constraints),
        fields_meaning(field.fields),
        field_meaning(field.items) if field.items else None,
        field.physical_type,
        field.terms.meaning if field.terms else None,
    )


def path_of(parent: str, name: str) -> str:
    """Return the path of a field below `parent`: `address.city`.

    A name that itself holds a dot, `[]` or a quotation mark is quoted, so that no two fields share a path.
    """
    shown = name
    if "." in name or "[]" in name or '"' in name:
        escaped = name.replace("\\", "\\\\").replace('"', '\\"')
        shown = f'"{escaped}"'
    return f"{parent}.{shown}" if parent else shown


def walk(fields: tuple[Field, ...], parent: str = "") -> Iterator[tuple[str, Field]]:
    """Yield every field with its path, parents first; an array's elements have the path `tags[]`."""
    for each in fields:
        yield from _walk_one(path_of(parent, each.name), each)


def _walk_one(path: str, each: Field) -> Iterator[tuple[str, Field]]:
    yield path, each
    yield from walk(each.fields, path)
    if each.items:
        yield from _walk_one(f"{path}[]", each.items)
