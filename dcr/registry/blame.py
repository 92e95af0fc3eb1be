"""Finds the commits that added each field of a dataset and last changed its meaning."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from dcr.contract.contract import walk_fields

if TYPE_CHECKING:
    from collections.abc import Iterable

    from dcr.contract.contract import Contract, Field
    from dcr.registry.history.timeline import Revision


class FieldOrigin(NamedTuple):
    """A current field, the revision that added it and the one that last changed its meaning.

    For a field that was removed and reintroduced, `added` is the reintroduction and `first` the first addition.
    """

    path: str
    field: Field
    added: Revision
    changed: Revision
    first: Revision


class RemovedField(NamedTuple):
    """A removed field, the last revision that had it and the revision that removed it."""

    path: str
    last: Revision
    removed: Revision


class Blame(NamedTuple):
    """The current fields of a dataset, in the order of its file, and the removed ones."""

    fields: tuple[FieldOrigin, ...]
    removed_fields: tuple[RemovedField, ...]


def blame(revisions: Iterable[Revision], contracts: Iterable[Contract | None]) -> Blame:
    """Return the origin of each field. Revisions are oldest first, with their contracts, and None for a removal.

    A change to a nested field does not count as a change to its object.
    """
    origins: dict[str, FieldOrigin] = {}
    first: dict[str, Revision] = {}
    removed: dict[str, RemovedField] = {}
    last: Revision | None = None
    for revision, contract in zip(revisions, contracts, strict=True):
        if contract is None:
            continue  # a removed dataset keeps the fields of its last revision
        updated: dict[str, FieldOrigin] = {}
        for path, field in walk_fields(contract.fields):
            origin = origins.get(path)
            if origin is None:
                updated[path] = FieldOrigin(path, field, revision, revision, first.setdefault(path, revision))
            elif _get_field_meaning(origin.field) != _get_field_meaning(field):
                updated[path] = origin._replace(field=field, changed=revision)
            else:
                updated[path] = origin._replace(field=field)
        for path in origins.keys() - updated.keys():
            if last is not None:
                removed[path] = RemovedField(path, last, revision)
        origins, last = updated, revision
    still_removed = tuple(field for path, field in sorted(removed.items()) if path not in origins)
    return Blame(tuple(origins.values()), still_removed)


def _get_field_meaning(field: Field) -> tuple[object, ...]:
    """Return the properties of a field without its nested fields, so that equal meanings compare equal."""
    return (
        field.type,
        field.required,
        field.description,
        field.deprecated,
        None if field.enum is None else frozenset(field.enum),
        dict(field.constraints),
        field.physical_type,
    )
