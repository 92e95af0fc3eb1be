"""Reads the columns of a dbt model with the constraints that it, or its model, has for them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, NamedTuple

from dcr.contract.contract import ANY_TYPE, Field
from dcr.formats._foreign.fields import build_field
from dcr.formats._foreign.stored_types import LogicalType, parse_stored_type

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dcr.formats._foreign.mapping import SourceMapping
    from dcr.parsing.location import Location

_MAX_CHECK_LENGTH = 1_000
_KEY_NAMES = {
    "type": "data_type", "physical_type": "data_type", "required": "constraints.not_null",
    "unique": "constraints.unique", "check": "constraints.expression", "fields": "columns", "deprecated": "description",
}  # fmt: skip

_Check = tuple[str, "Location"]
"""A check's expression, blanks aside, and its place."""


def _read_check(written: SourceMapping) -> _Check:
    return " ".join((written.text("expression") or "").split()), written.locate("expression")


def list_constraints(tree: SourceMapping) -> Iterator[tuple[str, SourceMapping]]:
    """Yield the constraints of a model or of a column with their types."""
    for word, each in tree.named_mappings("constraints", "type"):
        if word is not None:
            yield word, each


class ModelConstraints(NamedTuple):
    """What a model's own constraints say of its columns: where each word of a column is, its checks, and the key.

    `unassigned_checks` are checks that name no column, with the words in them.
    """

    locations: dict[str, dict[str, Location]]
    checks: dict[str, list[_Check]]
    unassigned_checks: list[_Check]
    key: tuple[str, ...] | None = None
    key_location: Location | None = None


def read_model_constraints(model: SourceMapping) -> ModelConstraints:
    """Return what the constraints of a model say of its columns."""
    found = ModelConstraints({}, {}, [])
    for word, each in list_constraints(model):
        columns = tuple(each.texts("columns"))
        if word == "primary_key" and found.key is None:
            found = found._replace(key=columns, key_location=each.locate("columns"))
        for name in columns if word != "unique" or len(columns) == 1 else ():
            found.locations.setdefault(name, {}).setdefault(word, each.locate())
            if word == "check":
                found.checks.setdefault(name, []).append(_read_check(each))
        if word == "check" and not columns:
            found.unassigned_checks.append(_read_check(each))
    return found


def assign_loose_checks(promised: ModelConstraints, columns: dict[str, SourceMapping]) -> ModelConstraints:
    """Tell checks that name no column of the first one in their expression, else of the first of all."""
    checks = {name: [*each] for name, each in promised.checks.items()}
    for expression, place in promised.unassigned_checks:
        words = re.findall(r"\w+", expression)
        name = next((word for word in words if word in columns), next(iter(columns), None))
        if name is not None:
            checks.setdefault(name, []).append((expression, place))
    return promised._replace(checks=checks)


def find_primary_key(columns: dict[str, SourceMapping]) -> tuple[tuple[str, ...], dict[str, Location]]:
    """Return the columns that say of themselves that they are of the key, and where."""
    keyed = [
        (name, each.locate()) for name, column in columns.items() for word, each in list_constraints(column)
        if word == "primary_key"
    ]  # fmt: skip
    places = {f"primary_key.{name}": place for name, place in keyed}
    return tuple(dict.fromkeys(name for name, _ in keyed)), places | {"primary_key": keyed[0][1]} if keyed else {}


def read_field(name: str, column: SourceMapping, promised: ModelConstraints, *, keyed: bool) -> Field:
    """Return a column as a field; `keyed` is whether it is part of the primary key."""
    column.note.enter_field(name)
    field = _build_field(name, column, promised, keyed=keyed)
    column.note.leave_field()
    return field


def _build_field(name: str, column: SourceMapping, promised: ModelConstraints, *, keyed: bool) -> Field:
    written = column.text("data_type")
    kind = parse_stored_type(written) if written else LogicalType(ANY_TYPE, is_known=False)
    column.count_columns(name, kind.column_count)
    places = {**promised.locations.get(name, {}), **{word: each.locate() for word, each in list_constraints(column)}}
    checks = [_read_check(each) for word, each in list_constraints(column) if word == "check"]
    checks = sorted([*checks, *promised.checks.get(name, ())])
    found: dict[str, Any] = {"unique": True} if "unique" in places else {}
    if checks:
        column.count_columns(
            name, sum(len(each) for each, _ in checks) // _MAX_CHECK_LENGTH
        )  # one check may be about many columns
        found["check"] = "; ".join(each for each, _ in checks)
    required = next((places[word] for word in ("not_null", "primary_key") if word in places), None)
    said = {"required": required, "unique": places.get("unique"), "check": checks[0][1] if checks else None}
    place = column.section(_KEY_NAMES, {word: each for word, each in said.items() if each} or None)
    values = {"description": column.text("description"), "constraints": found}
    return build_field(name, kind, place, required=keyed or required is not None, known=values)
