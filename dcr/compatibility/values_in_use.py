"""Determines what a change of a field does to a consumer that switches on the field's values."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from dcr.compatibility.constraints import CONSTRAINT_GROUPS
from dcr.compatibility.counterexamples.constraints import find_enum_counterexample
from dcr.compatibility.counterexamples.rows import ABSENT
from dcr.contract.values.field_values import find_failed_constraint, is_allowed, is_of_type, is_undecidable

if TYPE_CHECKING:
    from dcr.consumers.consumer import DeclaredValue
    from dcr.contract.contract import Field, Scalar


def is_value_lost(value: DeclaredValue, previous: Field, proposed: Field, key: str | None) -> bool:
    """Return whether a value could occur before the change, and `key` of the proposed field now excludes it.

    `key` is `enum`, or a constraint. A value counts as lost if it is unclear whether the constraint excludes it.
    """
    members = [member for member in _list_members(value, previous) if is_allowed(previous, member)]
    if not members:
        return False
    if key == "enum":
        return proposed.enum is not None and not any(value.equals(member) for member in proposed.enum)
    if key == "check":
        return True  # dcr does not evaluate the expression
    group = next((names for names in CONSTRAINT_GROUPS if key in names), ())
    limits = {name: proposed.constraints[name] for name in group if name in proposed.constraints}
    return all(
        find_failed_constraint(member, proposed.type, limits) is not None or is_undecidable(member, limits)
        for member in members
    )


def is_value_unknown(values: tuple[DeclaredValue, ...], previous: Field, proposed: Field) -> bool:
    """Return whether a value may occur now that is neither one of these, nor one of the previous enum.

    A consumer of a field without an enum has to expect any value, so that none is new to it.
    """
    if previous.enum is None:
        return False
    known = [member for value in values for member in _list_members(value, proposed)]
    return find_enum_counterexample(proposed, replace(previous, enum=(*previous.enum, *known))) is not ABSENT


def _list_members(value: DeclaredValue, field: Field) -> list[Scalar]:
    """Return what a declared value may stand for: members of the field's enum, or values of its type."""
    if field.enum is not None:
        return [member for member in field.enum if value.equals(member)]
    members = (value.text, value.value)
    return [member for member in members if member is not None and is_of_type(member, field.type)]
