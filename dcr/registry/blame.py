"""Who introduced each field of a dataset, and who changed its meaning last."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from dcr.contract.contract import walk

if TYPE_CHECKING:
    from collections.abc import Iterable

    from dcr.contract.contract import Contract, Field
    from dcr.registry.history.timeline import State


class Blamed(NamedTuple):
    """One field as it is now: the state that introduced it and the one that changed what it says last.

    A field that went and came back was introduced when it came back; `first` is when it was there first.
    """

    path: str
    field: Field
    introduced: State
    changed: State
    first: State


class Gone(NamedTuple):
    """A field that is no more: the last state that had it, and the one that removed it."""

    path: str
    last: State
    removed: State


class Blame(NamedTuple):
    """Every field that a dataset has, in the order of its file, and those it had."""

    fields: tuple[Blamed, ...]
    gone: tuple[Gone, ...]


def blame(states: Iterable[State], contracts: Iterable[Contract | None]) -> Blame:
    """Return who is behind each field; states are oldest first, with their contracts, None for a removal.

    What a field says is its own: a change inside an object is that of the nested field.
    """
    now: dict[str, Blamed] = {}
    first: dict[str, State] = {}
    gone: dict[str, Gone] = {}
    before: State | None = None
    for state, contract in zip(states, contracts, strict=True):
        if contract is None:
            continue  # the dataset as it was last still tells who is behind what
        found: dict[str, Blamed] = {}
        for path, field in walk(contract.fields):
            known = now.get(path)
            if known is None:
                found[path] = Blamed(path, field, state, state, first.setdefault(path, state))
            elif _own(known.field) != _own(field):
                found[path] = known._replace(field=field, changed=state)
            else:
                found[path] = known._replace(field=field)
        for path in now.keys() - found.keys():
            if before is not None:
                gone[path] = Gone(path, before, state)
        now, before = found, state
    left = tuple(each for path, each in sorted(gone.items()) if path not in now)
    return Blame(tuple(now.values()), left)


def _own(field: Field) -> tuple[object, ...]:
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
