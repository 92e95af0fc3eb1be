"""Reads the columns of a dbt model with the constraints that it, or its model, has for them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, NamedTuple

from dcr.contract.contract import ANY, Field
from dcr.formats._foreign.stored_types import LogicalType, logical_type
from dcr.formats._foreign.translation import field_of_type

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dcr.formats._foreign.mapping import Tree
    from dcr.parsing.location import Location

_MAX_CHECK = 1_000
_WORDS = {
    "type": "data_type", "physical_type": "data_type", "required": "constraints.not_null",
    "unique": "constraints.unique", "check": "constraints.expression", "fields": "columns", "deprecated": "description",
}  # fmt: skip

_Check = tuple[str, "Location"]
"""A check's expression, blanks aside, and its place."""


def _check(written: Tree) -> _Check:
    return " ".join((written.text("expression") or "").split()), written.at("expression")


def constraints(tree: Tree) -> Iterator[tuple[str, Tree]]:
    """Yield the constraints of a model or of a column with their types."""
    for word, each in tree.named("constraints", "type"):
        if word is not None:
            yield word, each


class ModelConstraints(NamedTuple):
    """What a model's own constraints say of its columns: where each word of a column is, its checks, and the key.

    `loose` are checks that name no column, with the words in them.
    """

    words: dict[str, dict[str, Location]]
    checks: dict[str, list[_Check]]
    loose: list[_Check]
    key: tuple[str, ...] | None = None
    key_at: Location | None = None


def model_constraints(model: Tree) -> ModelConstraints:
    """Return what the constraints of a model say of its columns."""
    found = ModelConstraints({}, {}, [])
    for word, each in constraints(model):
        columns = tuple(each.texts("columns"))
        if word == "primary_key" and found.key is None:
            found = found._replace(key=columns, key_at=each.at("columns"))
        for name in columns if word != "unique" or len(columns) == 1 else ():
            found.words.setdefault(name, {}).setdefault(word, each.at())
            if word == "check":
                found.checks.setdefault(name, []).append(_check(each))
        if word == "check" and not columns:
            found.loose.append(_check(each))
    return found


def with_loose_checks(promised: ModelConstraints, columns: dict[str, Tree]) -> ModelConstraints:
    """Tell checks that name no column of the first one in their expression, else of the first of all."""
    checks = {name: [*each] for name, each in promised.checks.items()}
    for expression, place in promised.loose:
        words = re.findall(r"\w+", expression)
        name = next((word for word in words if word in columns), next(iter(columns), None))
        if name is not None:
            checks.setdefault(name, []).append((expression, place))
    return promised._replace(checks=checks)


def primary_key(columns: dict[str, Tree]) -> tuple[tuple[str, ...], dict[str, Location]]:
    """Return the columns that say of themselves that they are of the key, and where."""
    keyed = [
        (name, each.at()) for name, column in columns.items() for word, each in constraints(column)
        if word == "primary_key"
    ]  # fmt: skip
    places = {f"primary_key.{name}": place for name, place in keyed}
    return tuple(dict.fromkeys(name for name, _ in keyed)), places | {"primary_key": keyed[0][1]} if keyed else {}


def read_field(name: str, column: Tree, promised: ModelConstraints, *, keyed: bool) -> Field:
    """Return a column as a field; `keyed` is whether it is part of the primary key."""
    column.note.enter(name)
    field = _field(name, column, promised, keyed=keyed)
    column.note.leave()
    return field


def _field(name: str, column: Tree, promised: ModelConstraints, *, keyed: bool) -> Field:
    written = column.text("data_type")
    kind = logical_type(written) if written else LogicalType(ANY, known=False)
    column.count(name, kind.columns)
    places = {**promised.words.get(name, {}), **{word: each.at() for word, each in constraints(column)}}
    checks = [_check(each) for word, each in constraints(column) if word == "check"]
    checks = sorted([*checks, *promised.checks.get(name, ())])
    found: dict[str, Any] = {"unique": True} if "unique" in places else {}
    if checks:
        column.count(name, sum(len(each) for each, _ in checks) // _MAX_CHECK)  # one check may be about many columns
        found["check"] = "; ".join(each for each, _ in checks)
    required = next((places[word] for word in ("not_null", "primary_key") if word in places), None)
    said = {"required": required, "unique": places.get("unique"), "check": checks[0][1] if checks else None}
    place = column.place(_WORDS, {word: each for word, each in said.items() if each} or None)
    values = {"description": column.text("description"), "constraints": found}
    return field_of_type(name, kind, place, required=keyed or required is not None, known=values)
