"""Finds values of one type that a field of another type refuses."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dcr.compatibility.constraints import CONSTRAINT_GROUPS
from dcr.compatibility.counterexamples.constraints import find_constraint_counterexample, find_enum_counterexample
from dcr.compatibility.counterexamples.rows import (
    ABSENT,
    UNKNOWN,
    NoValueError,
    build_minimal_array,
    build_minimal_value,
    field_accepts,
    get_map_parts,
    list_candidates,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dcr.contract.contract import Field

_NUMBERS = ("integer", "number")
_NESTED = ("object", "array", "map", "vector")


def find_type_counterexample(writer: Field, reader: Field) -> Any:
    """Return a value that `writer` accepts and `reader`, of another type, refuses, or `UNKNOWN`."""
    for value in _generate_values(writer, reader):
        as_read = int(value) if isinstance(value, float) and value.is_integer() else value  # 1.0 is read as an integer
        if field_accepts(writer, value) and not field_accepts(reader, as_read, lenient=True):
            return value
    return UNKNOWN


def _generate_values(writer: Field, reader: Field) -> Iterator[Any]:
    if writer.type in _NESTED:
        yield from _generate_nested_values(writer)
        return
    try:
        yield from list_candidates(writer)
    except NoValueError:
        return
    values = [find_enum_counterexample(writer, reader)]
    if writer.type in _NUMBERS and reader.type in _NUMBERS:
        values += [find_constraint_counterexample(writer, reader, group) for group in CONSTRAINT_GROUPS]
    yield from (value for value in values if value is not ABSENT and value is not UNKNOWN)


def _generate_nested_values(writer: Field) -> Iterator[Any]:
    """Yield the smallest value, and the smallest one with nested values."""
    for build in (build_minimal_value, _build_filled_value):
        try:
            yield build(writer)
        except NoValueError:
            continue


def _build_filled_value(writer: Field) -> Any:
    if writer.type == "object":
        return {field.name: build_minimal_value(field) for field in writer.fields}
    if writer.type == "map":
        keys, values = get_map_parts(writer)
        key = "1" if keys is None or keys.type != "string" else build_minimal_value(keys)
        return {key: None if values is None else build_minimal_value(values)}
    return build_minimal_array(writer, max(writer.constraints.get("min_items", 1), 1))
