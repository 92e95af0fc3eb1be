"""Which fields and enum values a change adds, and what they were when older versions had them."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from dcr.compatibility.crossing import without_spellings
from dcr.compatibility.pairs import field_pairs
from dcr.compatibility.past import Once, value_key
from dcr.contract.contract import walk

if TYPE_CHECKING:
    from collections.abc import Iterable

    from dcr.compatibility.pairs import ContractPair
    from dcr.compatibility.past import Released
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


def last_there(
    wanted: Added, older: Iterable[Released], format_now: str
) -> tuple[dict[str, Once], dict[tuple[str, str], Once]]:
    """Return what was added as the newest of some older versions had it; they come newest first.

    Reads no further than needed.
    """
    fields: dict[str, Once] = {}
    values: dict[tuple[str, str], Once] = {}
    left = (set(wanted.fields), set(wanted.values))
    if not any(left):
        return fields, values
    for contract, commit in older:
        for path, field in walk(contract.fields):
            once = None
            if path in left[0]:
                once = fields[path] = _once(field, contract.version, commit, alike=contract.format == format_now)
                left[0].discard(path)
            for key in [value_key(path, value) for value in field.enum or ()]:
                if key in left[1]:
                    alike = contract.format == format_now
                    values[key] = once or _once(field, contract.version, commit, alike=alike, key="enum")
                    left[1].discard(key)
        if not any(left):
            break
    return fields, values


def _once(field: Field, version: str, commit: str, *, alike: bool, key: str | None = None) -> Once:
    place = field.place.at(key) if field.place else None
    known = field if alike else without_spellings(field)
    return Once(known, version, place._replace(commit=commit) if place else None, alike)
