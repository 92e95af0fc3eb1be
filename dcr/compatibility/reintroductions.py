"""Which fields and enum values a change adds, and what they were when older versions had them."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from dcr.compatibility.history import Once, value_key
from dcr.compatibility.migration import without_spellings
from dcr.compatibility.pairs import field_pairs
from dcr.contract.contract import walk

if TYPE_CHECKING:
    from collections.abc import Iterable

    from dcr.compatibility.history import Released
    from dcr.compatibility.pairs import ContractPair
    from dcr.contract.contract import Field


class Added(NamedTuple):
    """What a change adds to a dataset that was there: fields by path, enum values by path and value."""

    fields: frozenset[str] = frozenset()
    values: frozenset[tuple[str, str]] = frozenset()

    @property
    def names(self) -> frozenset[str]:
        """What an older text that had any of them must hold: the last name of a field, the text of a value.

        A number can be written in more than one way, so that the name of its field stands for it.
        """
        texts = (value[1:-1] if value[0] in "'\"" and "\\" not in value else _name(path) for path, value in self.values)
        return frozenset((*map(_name, self.fields), *texts))


def _name(path: str) -> str:
    return path.replace("[]", "").rpartition(".")[2].strip('"')


def added(pair: ContractPair) -> Added:
    """Return what a change adds; nothing for a dataset that is new."""
    if not pair.changed or pair.both is None:
        return Added()
    fields, values = set(), set()
    for each in field_pairs(*pair.both):
        if each.previous is None:
            fields.add(each.path)
        elif each.same_type and each.same_type[0].enum is not None and each.same_type[1].enum is not None:
            before = {value_key(each.path, value) for value in each.same_type[0].enum}
            values |= {value_key(each.path, value) for value in each.same_type[1].enum} - before
    return Added(frozenset(fields), frozenset(values))


class LastThere:
    """What was added, as the newest of some older versions had it; they are taken newest first.

    `fields` and `values` are what was found so far, `left` is whether there is more to look for.
    """

    def __init__(self, wanted: Added, format_now: str) -> None:
        self.fields: dict[str, Once] = {}
        self.values: dict[tuple[str, str], Once] = {}
        self._fields, self._values, self._format = set(wanted.fields), set(wanted.values), format_now

    @property
    def left(self) -> bool:
        """Whether an older version may tell more."""
        return bool(self._fields or self._values)

    def take(self, older: Released) -> None:
        """Look for what is left in the next older version."""
        contract, commit = older
        alike = contract.format == self._format
        for path, field in walk(contract.fields):
            once = None
            if path in self._fields:
                once = self.fields[path] = _once(field, contract.version, commit, alike=alike)
                self._fields.discard(path)
            for key in [value_key(path, value) for value in field.enum or ()]:
                if key in self._values:
                    self.values[key] = once or _once(field, contract.version, commit, alike=alike, key="enum")
                    self._values.discard(key)


def last_there(
    wanted: Added, older: Iterable[Released], format_now: str
) -> tuple[dict[str, Once], dict[tuple[str, str], Once]]:
    """Return what was added as the newest of some older versions had it; they come newest first.

    Reads no further than needed.
    """
    found = LastThere(wanted, format_now)
    if found.left:
        for each in older:
            found.take(each)
            if not found.left:
                break
    return found.fields, found.values


def _once(field: Field, version: str, commit: str, *, alike: bool, key: str | None = None) -> Once:
    place = field.place.at(key) if field.place else None
    known = field if alike else without_spellings(field)
    return Once(known, version, place._replace(commit=commit) if place else None, alike)
