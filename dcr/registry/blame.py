"""Who introduced each field of a dataset, and who changed its meaning last."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from dcr.contract.contract import walk_fields

if TYPE_CHECKING:
    from collections.abc import Iterable

    from dcr.contract.contract import Contract, Field
    from dcr.registry.history.timeline import Revision


class FieldOrigin(NamedTuple):
    """One field as it is now: the state that introduced it and the one that changed what it says last.

    A field that went and came back was introduced when it came back; `first` is when it was there first.
    """

    path: str
    field: Field
    added: Revision
    changed: Revision
    first: Revision


class RemovedField(NamedTuple):
    """A field that is no more: the last state that had it, and the one that removed it."""

    path: str
    last: Revision
    removed: Revision


class Blame(NamedTuple):
    """Every field that a dataset has, in the order of its file, and those it had."""

    fields: tuple[FieldOrigin, ...]
    removed_fields: tuple[RemovedField, ...]


def blame(states: Iterable[Revision], contracts: Iterable[Contract | None]) -> Blame:
    """Return who is behind each field; states are oldest first, with their contracts, None for a removal.

    What a field says is its own: a change inside an object is that of the nested field.
    """
    now: dict[str, FieldOrigin] = {}
    first: dict[str, Revision] = {}
    gone: dict[str, RemovedField] = {}
    before: Revision | None = None
    for state, contract in zip(states, contracts, strict=True):
        if contract is None:
            continue  # the dataset as it was last still tells who is behind what
        found: dict[str, FieldOrigin] = {}
        for path, field in walk_fields(contract.fields):
            known = now.get(path)
            if known is None:
                found[path] = FieldOrigin(path, field, state, state, first.setdefault(path, state))
            elif _get_field_meaning(known.field) != _get_field_meaning(field):
                found[path] = known._replace(field=field, changed=state)
            else:
                found[path] = known._replace(field=field)
        for path in now.keys() - found.keys():
            if before is not None:
                gone[path] = RemovedField(path, before, state)
        now, before = found, state
    left = tuple(each for path, each in sorted(gone.items()) if path not in now)
    return Blame(tuple(now.values()), left)


def _get_field_meaning(field: Field) -> tuple[object, ...]:
    """Return what a field itself says, in a form that compares by meaning."""
    return (
        field.type,
        field.required,
        field.description,
        field.deprecated,
        None if field.enum is None else frozenset(field.enum),
        dict(field.constraints),
        field.physical_type,
    )
