"""Reads the columns of a dbt model, with the constraints of the columns and of the model."""

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
"""A check's expression with folded blanks, and its location."""


def _read_check(constraint: SourceMapping) -> _Check:
    return " ".join((constraint.text("expression") or "").split()), constraint.locate("expression")


def list_constraints(mapping: SourceMapping) -> Iterator[tuple[str, SourceMapping]]:
    """Yield the constraints of a model or a column with their types."""
    for constraint_type, constraint in mapping.named_mappings("constraints", "type"):
        if constraint_type is not None:
            yield constraint_type, constraint


class ModelConstraints(NamedTuple):
    """The constraints of a model by column: the location of each type, the checks, and the primary key.

    `unassigned_checks` are checks that list no column.
    """

    locations: dict[str, dict[str, Location]]
    checks: dict[str, list[_Check]]
    unassigned_checks: list[_Check]
    key: tuple[str, ...] | None = None
    key_location: Location | None = None


def read_model_constraints(model: SourceMapping) -> ModelConstraints:
    """Return the constraints that a model declares for its columns."""
    constraints = ModelConstraints({}, {}, [])
    for constraint_type, constraint in list_constraints(model):
        columns = tuple(constraint.texts("columns"))
        if constraint_type == "primary_key" and constraints.key is None:
            constraints = constraints._replace(key=columns, key_location=constraint.locate("columns"))
        for name in columns if constraint_type != "unique" or len(columns) == 1 else ():
            constraints.locations.setdefault(name, {}).setdefault(constraint_type, constraint.locate())
            if constraint_type == "check":
                constraints.checks.setdefault(name, []).append(_read_check(constraint))
        if constraint_type == "check" and not columns:
            constraints.unassigned_checks.append(_read_check(constraint))
    return constraints


def assign_checks(constraints: ModelConstraints, columns: dict[str, SourceMapping]) -> ModelConstraints:
    """Assign checks without columns to the first column in their expression, or else to the first column."""
    checks = {name: [*column_checks] for name, column_checks in constraints.checks.items()}
    for expression, location in constraints.unassigned_checks:
        words = re.findall(r"\w+", expression)
        name = next((word for word in words if word in columns), next(iter(columns), None))
        if name is not None:
            checks.setdefault(name, []).append((expression, location))
    return constraints._replace(checks=checks)


def find_primary_key(columns: dict[str, SourceMapping]) -> tuple[tuple[str, ...], dict[str, Location]]:
    """Return the columns that declare themselves part of the primary key, and the locations of these declarations."""
    key_columns = [
        (name, constraint.locate())
        for name, column in columns.items()
        for constraint_type, constraint in list_constraints(column)
        if constraint_type == "primary_key"
    ]
    if not key_columns:
        return (), {}
    locations = {f"primary_key.{name}": location for name, location in key_columns}
    return tuple(dict.fromkeys(name for name, _ in key_columns)), {**locations, "primary_key": key_columns[0][1]}


def read_field(name: str, column: SourceMapping, constraints: ModelConstraints, *, is_key: bool) -> Field:
    """Return a column as a field; `is_key` is whether it is part of the primary key."""
    column.notes.enter_field(name)
    field = _build_field(name, column, constraints, is_key=is_key)
    column.notes.leave_field()
    return field


def _build_field(name: str, column: SourceMapping, model_constraints: ModelConstraints, *, is_key: bool) -> Field:
    type_text = column.text("data_type")
    kind = parse_stored_type(type_text) if type_text else LogicalType(ANY_TYPE, is_known=False)
    column.count_columns(name, kind.column_count)
    by_type = dict(model_constraints.locations.get(name, {}))
    checks = list(model_constraints.checks.get(name, ()))
    for constraint_type, constraint in list_constraints(column):
        by_type[constraint_type] = constraint.locate()
        if constraint_type == "check":
            checks.append(_read_check(constraint))
    checks.sort()
    constraints: dict[str, Any] = {"unique": True} if "unique" in by_type else {}
    if checks:
        # One check may refer to many columns.
        column.count_columns(name, sum(len(expression) for expression, _ in checks) // _MAX_CHECK_LENGTH)
        constraints["check"] = "; ".join(expression for expression, _ in checks)
    required = by_type.get("not_null") or by_type.get("primary_key")
    locations = {"required": required, "unique": by_type.get("unique"), "check": checks[0][1] if checks else None}
    section = column.section(_KEY_NAMES, {key: location for key, location in locations.items() if location} or None)
    values = {"description": column.text("description"), "constraints": constraints}
    return build_field(name, kind, section, required=is_key or required is not None, values=values)
