"""Which fields and enum values a change adds, and what they were when older versions had them."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from dcr.compatibility.history import FormerField, get_value_key
from dcr.compatibility.migration import normalize_field
from dcr.compatibility.pairs import list_field_pairs
from dcr.contract.contract import walk_fields

if TYPE_CHECKING:
    from collections.abc import Iterable

    from dcr.compatibility.history import ReleasedVersion
    from dcr.compatibility.pairs import ContractPair
    from dcr.contract.contract import Field


class Additions(NamedTuple):
    """What a change adds to a dataset that was there: fields by path, enum values by path and value."""

    fields: frozenset[str] = frozenset()
    values: frozenset[tuple[str, str]] = frozenset()

    @property
    def search_texts(self) -> frozenset[str]:
        """What an older text that had any of them must hold: the last name of a field, the text of a value.

        A number can be written in more than one way, so that the name of its field stands for it.
        """
        texts = (
            value[1:-1] if value[0] in "'\"" and "\\" not in value else _get_last_name(path)
            for path, value in self.values
        )
        return frozenset((*map(_get_last_name, self.fields), *texts))


def _get_last_name(path: str) -> str:
    return path.replace("[]", "").rpartition(".")[2].strip('"')


def list_additions(pair: ContractPair) -> Additions:
    """Return what a change adds; nothing for a dataset that is new."""
    if not pair.is_changed or pair.both is None:
        return Additions()
    fields, values = set(), set()
    for each in list_field_pairs(*pair.both):
        if each.previous is None:
            fields.add(each.path)
        elif each.same_type and each.same_type[0].enum is not None and each.same_type[1].enum is not None:
            before = {get_value_key(each.path, value) for value in each.same_type[0].enum}
            values |= {get_value_key(each.path, value) for value in each.same_type[1].enum} - before
    return Additions(frozenset(fields), frozenset(values))


class ReintroductionSearch:
    """What was added, as the newest of some older versions had it; they are taken newest first.

    `fields` and `values` are what was found so far, `has_remaining` is whether there is more to look for.
    """

    def __init__(self, wanted: Additions, format_now: str) -> None:
        self.fields: dict[str, FormerField] = {}
        self.values: dict[tuple[str, str], FormerField] = {}
        self._fields, self._values, self._format = set(wanted.fields), set(wanted.values), format_now

    @property
    def has_remaining(self) -> bool:
        """Whether an older version may tell more."""
        return bool(self._fields or self._values)

    def search_version(self, older: ReleasedVersion) -> None:
        """Look for what is left in the next older version."""
        contract, commit = older
        alike = contract.format == self._format
        for path, field in walk_fields(contract.fields):
            once = None
            if path in self._fields:
                once = self.fields[path] = _build_former_field(field, contract.version, commit, alike=alike)
                self._fields.discard(path)
            for key in [get_value_key(path, value) for value in field.enum or ()]:
                if key in self._values:
                    self.values[key] = once or _build_former_field(
                        field, contract.version, commit, alike=alike, key="enum"
                    )
                    self._values.discard(key)


def find_reintroductions(
    wanted: Additions, older: Iterable[ReleasedVersion], format_now: str
) -> tuple[dict[str, FormerField], dict[tuple[str, str], FormerField]]:
    """Return what was added as the newest of some older versions had it; they come newest first.

    Reads no further than needed.
    """
    found = ReintroductionSearch(wanted, format_now)
    if found.has_remaining:
        for each in older:
            found.search_version(each)
            if not found.has_remaining:
                break
    return found.fields, found.values


def _build_former_field(field: Field, version: str, commit: str, *, alike: bool, key: str | None = None) -> FormerField:
    place = field.section.locate(key) if field.section else None
    known = field if alike else normalize_field(field)
    return FormerField(known, version, place._replace(commit=commit) if place else None, alike)
