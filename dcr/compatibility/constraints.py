"""Finds constraints that reject values which the other contract allows."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dcr.compatibility.counterexamples.constraints import LOWER, UPPER, find_constraint_counterexample
from dcr.compatibility.counterexamples.rows import ABSENT, UNKNOWN
from dcr.compatibility.wording import format_value
from dcr.contract.values.field_values import find_failed_constraint
from dcr.formats._foreign.nodes import resolve_scalar_leniently

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dcr.contract.contract import Field

CONSTRAINT_GROUPS: tuple[tuple[str, ...], ...] = (
    ("min_length",),
    ("max_length",),
    ("pattern",),
    ("format",),
    LOWER,
    UPPER,
    ("multiple_of",),
    ("min_items",),
    ("max_items",),
    ("unique_items",),
    ("check",),
    ("dimensions",),
    ("min_properties",),
    ("max_properties",),
    ("timezone",),
    ("default_timezone",),
)
"""Constraints that limit the same property; a change within a group is one cause."""


def find_stricter_constraints(writer: Field, reader: Field) -> Iterator[tuple[str, Any]]:
    """Yield each group of the reader's constraints that rejects a value the writer allows, with that value.

    A group is named by the constraint that the contract has, for example `exclusive_minimum`.
    """
    if not reader.constraints or reader.constraints == writer.constraints:  # as of most fields of a change
        return
    for group in CONSTRAINT_GROUPS:
        value = find_constraint_counterexample(writer, reader, group)
        if value is not ABSENT:
            yield _find_changed_constraint(group, writer, reader, value), value


def _find_changed_constraint(group: tuple[str, ...], writer: Field, reader: Field, value: Any) -> str:
    """Return the constraint of a group that changed and rejects the value."""
    constraints = {key: reader.constraints[key] for key in reversed(group) if key in reader.constraints}
    changed = [key for key, limit in constraints.items() if writer.constraints.get(key) != limit]
    refusing = (
        key
        for key in changed
        if value is not UNKNOWN and find_failed_constraint(value, writer.type, {key: constraints[key]})
    )
    return next(refusing, changed[0])


def describe_change(key: str, previous: Field, proposed: Field) -> str:
    """Return `from 3 to 5` for a constraint, or for the one of its group that each contract has."""
    group = next(group for group in CONSTRAINT_GROUPS if key in group)
    return f"from {_format_constraint(group, key, previous)} to {_format_constraint(group, key, proposed)}"


def _format_constraint(group: tuple[str, ...], key: str, field: Field) -> str:
    present = next((name for name in group if name in field.constraints), None)
    if key in field.constraints or present is None:
        text = field.section.find_text(key) if field.section and key not in field.constraints else None
        return format_value(field.constraints.get(key) if text is None else resolve_scalar_leniently(text))
    name = field.section.get_key_name(present) if field.section else present
    return f"{name} {format_value(field.constraints[present])}"
