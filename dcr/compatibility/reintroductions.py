"""Finds added fields and enum values that older versions of the dataset had."""

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
    """The fields, by path, and the enum values, by path and value, that a change adds to an existing dataset."""

    fields: frozenset[str] = frozenset()
    values: frozenset[tuple[str, str]] = frozenset()

    @property
    def search_texts(self) -> frozenset[str]:
        """Texts of which an older file with an addition contains one: names of fields and enum values.

        A number can be written in several ways, so it is replaced by the name of its field.
        """
        texts = (
            value[1:-1] if value[0] in "'\"" and "\\" not in value else _get_last_name(path)
            for path, value in self.values
        )
        return frozenset((*map(_get_last_name, self.fields), *texts))


def _get_last_name(path: str) -> str:
    return path.replace("[]", "").rpartition(".")[2].strip('"')


def list_additions(pair: ContractPair) -> Additions:
    """Return what a change adds; empty for a new dataset."""
    if not pair.is_changed or pair.both is None:
        return Additions()
    fields, values = set(), set()
    for field in list_field_pairs(*pair.both):
        if field.previous is None:
            fields.add(field.path)
        elif field.same_type and field.same_type[0].enum is not None and field.same_type[1].enum is not None:
            before = {get_value_key(field.path, value) for value in field.same_type[0].enum}
            values |= {get_value_key(field.path, value) for value in field.same_type[1].enum} - before
    return Additions(frozenset(fields), frozenset(values))


class ReintroductionSearch:
    """Searches older versions, newest first, for added fields and enum values.

    `fields` and `values` are the results so far.
    """

    def __init__(self, additions: Additions, current_format: str) -> None:
        self.fields: dict[str, FormerField] = {}
        self.values: dict[tuple[str, str], FormerField] = {}
        self._fields, self._values, self._format = set(additions.fields), set(additions.values), current_format

    @property
    def has_remaining(self) -> bool:
        """Whether an addition has not been found yet."""
        return bool(self._fields or self._values)

    def search_version(self, older: ReleasedVersion) -> None:
        """Search the next older version."""
        contract, commit = older
        same_format = contract.format == self._format
        for path, field in walk_fields(contract.fields):
            former = None
            if path in self._fields:
                former = _build_former_field(field, contract.version, commit, same_format=same_format)
                self.fields[path] = former
                self._fields.discard(path)
            for key in [get_value_key(path, value) for value in field.enum or ()] if self._values else ():
                if key in self._values:
                    self.values[key] = former or _build_former_field(
                        field, contract.version, commit, same_format=same_format, key="enum"
                    )
                    self._values.discard(key)


class FormerFields:
    """An index of the newest version that had each field and enum value; versions are added oldest first.

    Use it for many changes of one dataset: a search in all versions for each of them takes quadratic time.
    """

    def __init__(self) -> None:
        self._fields: dict[str, tuple[Field, Field]] = {}
        self._values: dict[tuple[str, str], tuple[Field, Field]] = {}
        self._last: dict[str, Field] = {}
        self._newest: dict[int, ReleasedVersion] = {}  # by the id of a top-level field, which its contract keeps alive

    def add_version(self, version: ReleasedVersion) -> None:
        """Add a version that is newer than all before it."""
        for top in version.contract.fields:
            self._newest[id(top)] = version
            if self._last.get(top.name) is top:
                continue  # versions can share fields
            for path, field in walk_fields((top,)):
                self._fields[path] = (field, top)
                for value in field.enum or ():
                    self._values[get_value_key(path, value)] = (field, top)
        self._last = {field.name: field for field in version.contract.fields}

    def find(
        self, additions: Additions, current_format: str
    ) -> tuple[dict[str, FormerField], dict[tuple[str, str], FormerField]]:
        """Return what `find_reintroductions` returns for the versions so far."""
        fields = {
            path: self._build(*self._fields[path], current_format) for path in additions.fields & self._fields.keys()
        }
        values = {
            key: self._build(*self._values[key], current_format, "enum")
            for key in additions.values & self._values.keys()
        }
        return fields, values

    def _build(self, field: Field, top: Field, current_format: str, key: str | None = None) -> FormerField:
        contract, commit = self._newest[id(top)]
        return _build_former_field(
            field, contract.version, commit, same_format=contract.format == current_format, key=key
        )


def find_reintroductions(
    additions: Additions, older: Iterable[ReleasedVersion], current_format: str
) -> tuple[dict[str, FormerField], dict[tuple[str, str], FormerField]]:
    """Return added fields and enum values as the newest older version had them; `older` is newest first.

    Stops reading `older` when every addition is found.
    """
    search = ReintroductionSearch(additions, current_format)
    if search.has_remaining:
        for version in older:
            search.search_version(version)
            if not search.has_remaining:
                break
    return search.fields, search.values


def _build_former_field(
    field: Field, version: str, commit: str, *, same_format: bool, key: str | None = None
) -> FormerField:
    location = field.section.locate(key) if field.section else None
    comparable = field if same_format else normalize_field(field)
    return FormerField(comparable, version, location._replace(commit=commit) if location else None, same_format)
