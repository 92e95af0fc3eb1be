"""Validates enums: unique values of the field's type that satisfy the field's own constraints."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from dcr.contract.contract import CONSTRAINTS
from dcr.contract.values import patterns
from dcr.contract.values.field_values import find_failed_constraint, is_of_type
from dcr.contract.violation import Violation, describe_value, is_number

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from dcr.contract.violation import Key

MAX_PATTERN_STEPS = 10 * patterns.MAX_STEPS
_CONSTRAINT_KEYS = frozenset(CONSTRAINTS)
_EXPECTED_VALUES = {"string": "text", "integer": "a whole number", "number": "a number", "boolean": "true or false"}


def check_enum(field: Mapping[str, Any], type_name: str, path: tuple[Key, ...]) -> Iterator[Violation]:
    """Yield the violations of one field's enum, except those of its own pattern."""
    enum = field.get("enum")
    if not isinstance(enum, list | tuple):
        return
    enum_path = (*path, "enum")
    if type_name in ("timestamp", "json", "object", "array"):
        yield Violation(enum_path, f"enum is not for {type_name} fields", "remove it")
        return
    if not enum:
        yield Violation(enum_path, "enum is empty, expected at least one value", "list the values, or remove enum")
    seen: set[object] = set()
    limits = _collect_limits(field, type_name)
    for index, value in enumerate(enum):
        if value is None or isinstance(value, list | dict):
            message = f"value {index + 1} of enum is {describe_value(value)}, expected {_EXPECTED_VALUES[type_name]}"
            yield Violation((*enum_path, index), message)
        elif not is_of_type(value, type_name):
            yield Violation((*enum_path, index), f"enum value {describe_value(value)} is not of type '{type_name}'")
        elif isinstance(value, float) and not math.isfinite(value):
            yield Violation((*enum_path, index), f"enum value {describe_value(value)} is not a finite number")
        elif value in seen:
            yield Violation((*enum_path, index), f"duplicate enum value {describe_value(value)}", "keep one of them")
        else:
            seen.add(value)
            constraint = find_failed_constraint(value, type_name, limits) if limits else None
            if constraint:
                yield Violation(
                    (*enum_path, index),
                    f"enum value {describe_value(value)} does not satisfy the field's own {constraint}",
                )


def _collect_limits(field: Mapping[str, Any], type_name: str) -> dict[str, Any]:
    """Return the constraints that an enum is checked against; patterns are for `check_enums_against_patterns`."""
    if _CONSTRAINT_KEYS.isdisjoint(field):
        return {}
    return {
        key: field[key]
        for key in CONSTRAINTS
        if type_name in CONSTRAINTS[key]
        and key != "pattern"
        and (isinstance(field.get(key), str) if key == "format" else is_number(field.get(key)))
        and not (key == "multiple_of" and field[key] <= 0)
    }


def check_enums_against_patterns(contract: Mapping[str, Any]) -> Iterator[Violation]:
    """Yield the enum values that do not match their field's own pattern.

    The effort is limited for the whole contract, not for each field.
    """
    if not _may_have_both(contract.get("fields")):
        return
    remaining_steps: float = MAX_PATTERN_STEPS
    for path, field in _walk_fields(contract.get("fields"), ("fields",)):
        pattern, enum = field.get("pattern"), field.get("enum")
        if field.get("type") != "string" or not isinstance(pattern, str) or not isinstance(enum, list | tuple):
            continue
        for index, value in enumerate(enum):
            steps = patterns.estimate_search_steps(pattern, value) if isinstance(value, str) else math.inf
            if steps <= remaining_steps:
                remaining_steps -= steps
                if patterns.matches(pattern, value) is False:
                    message = f"enum value {describe_value(value)} does not satisfy the field's own pattern"
                    yield Violation((*path, "enum", index), message)


def _may_have_both(fields: Any) -> bool:
    """Return whether any field, nested ones included, has an enum and a pattern."""
    for field in fields if isinstance(fields, list | tuple) else ():
        if not isinstance(field, dict):
            continue
        if "enum" in field and "pattern" in field:
            return True
        if ("fields" in field and _may_have_both(field["fields"])) or (
            "items" in field and _may_have_both((field["items"],))
        ):
            return True
    return False


def _walk_fields(fields: Any, path: tuple[Key, ...]) -> Iterator[tuple[tuple[Key, ...], Mapping[str, Any]]]:
    for index, field in enumerate(fields if isinstance(fields, list | tuple) else ()):
        yield from _walk_field(field, (*path, index))


def _walk_field(field: Any, path: tuple[Key, ...]) -> Iterator[tuple[tuple[Key, ...], Mapping[str, Any]]]:
    if isinstance(field, dict):
        yield path, field
        yield from _walk_fields(field.get("fields"), (*path, "fields"))
        yield from _walk_field(field.get("items"), (*path, "items"))
