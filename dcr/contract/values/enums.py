"""What makes an enum valid: values of the field's type, listed once, that the field's own constraints accept."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from dcr.contract.contract import CONSTRAINTS
from dcr.contract.fault import Fault, is_number, shown
from dcr.contract.values import patterns
from dcr.contract.values.field_values import fits_type, refused_by

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from dcr.contract.fault import Key

MAX_PATTERN_STEPS = 10 * patterns.MAX_STEPS
_LISTED = {"string": "text", "integer": "a whole number", "number": "a number", "boolean": "true or false"}


def enum_faults(field: Mapping[str, Any], type_name: str, where: tuple[Key, ...]) -> Iterator[Fault]:
    """Yield what is wrong with one field's enum, its own pattern aside."""
    enum = field.get("enum")
    if not isinstance(enum, list | tuple):
        return
    here = (*where, "enum")
    if type_name in ("timestamp", "json", "object", "array"):
        yield Fault(here, f"enum is not for {type_name} fields", "remove it")
        return
    if not enum:
        yield Fault(here, "enum is empty, expected at least one value", "list the values, or remove enum")
    seen: set[object] = set()
    limits = _limits(field, type_name)
    for index, value in enumerate(enum):
        if value is None or isinstance(value, list | dict):
            message = f"value {index + 1} of enum is {shown(value)}, expected {_LISTED[type_name]}"
            yield Fault((*here, index), message)
        elif not fits_type(value, type_name):
            yield Fault((*here, index), f"enum value {shown(value)} is not of type '{type_name}'")
        elif isinstance(value, float) and not math.isfinite(value):
            yield Fault((*here, index), f"enum value {shown(value)} is not a finite number")
        elif value in seen:
            yield Fault((*here, index), f"enum value {shown(value)} is listed twice", "keep one of them")
        else:
            seen.add(value)
            refusing = refused_by(value, type_name, limits) if limits else None
            if refusing:
                yield Fault((*here, index), f"enum value {shown(value)} is refused by the field's own {refusing}")


def _limits(field: Mapping[str, Any], type_name: str) -> dict[str, Any]:
    """Return the constraints that an enum can be held against; patterns are for `listed_texts`."""
    return {
        key: field[key]
        for key in CONSTRAINTS
        if type_name in CONSTRAINTS[key]
        and key != "pattern"
        and (isinstance(field.get(key), str) if key == "format" else is_number(field.get(key)))
        and not (key == "multiple_of" and field[key] <= 0)
    }


def listed_texts(contract: Mapping[str, Any]) -> Iterator[Fault]:
    """Hold enums against their fields' own patterns, for as long as the whole contract may take."""
    left: float = MAX_PATTERN_STEPS
    for where, field in _walk(contract.get("fields"), ("fields",)):
        pattern, enum = field.get("pattern"), field.get("enum")
        if field.get("type") != "string" or not isinstance(pattern, str) or not isinstance(enum, list | tuple):
            continue
        for index, value in enumerate(enum):
            effort = patterns.effort(pattern, value) if isinstance(value, str) else math.inf
            if effort <= left:
                left -= effort
                if patterns.matches(pattern, value) is False:
                    message = f"enum value {shown(value)} is refused by the field's own pattern"
                    yield Fault((*where, "enum", index), message)


def _walk(fields: Any, where: tuple[Key, ...]) -> Iterator[tuple[tuple[Key, ...], Mapping[str, Any]]]:
    for index, field in enumerate(fields if isinstance(fields, list | tuple) else ()):
        yield from _walk_one(field, (*where, index))


def _walk_one(field: Any, where: tuple[Key, ...]) -> Iterator[tuple[tuple[Key, ...], Mapping[str, Any]]]:
    if isinstance(field, dict):
        yield where, field
        yield from _walk(field.get("fields"), (*where, "fields"))
        yield from _walk_one(field.get("items"), (*where, "items"))
