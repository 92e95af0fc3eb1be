"""Values of one type that a field of another type refuses."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dcr.compatibility.constraints import CONSTRAINT_GROUPS
from dcr.compatibility.counterexamples.constraints import find_constraint_counterexample, find_enum_counterexample
from dcr.compatibility.counterexamples.rows import (
    ABSENT,
    UNKNOWN,
    NoValueError,
    build_smallest_array,
    build_smallest_value,
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
    """Return a value that `writer` accepts and `reader`, of another type, refuses; `UNKNOWN` when none was made."""
    for value in _generate_values(writer, reader):
        read = int(value) if isinstance(value, float) and value.is_integer() else value  # in a row, 1.0 is an integer
        if field_accepts(writer, value) and not field_accepts(reader, read, lenient=True):
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
    found = [find_enum_counterexample(writer, reader)]
    if writer.type in _NUMBERS and reader.type in _NUMBERS:
        found += [find_constraint_counterexample(writer, reader, group) for group in CONSTRAINT_GROUPS]
    yield from (each for each in found if each is not ABSENT and each is not UNKNOWN)


def _generate_nested_values(writer: Field) -> Iterator[Any]:
    """Yield the smallest value, and the smallest that shows what is nested in it."""
    for make in (build_smallest_value, _build_filled_value):
        try:
            yield make(writer)
        except NoValueError:
            continue


def _build_filled_value(writer: Field) -> Any:
    if writer.type == "object":
        return {each.name: build_smallest_value(each) for each in writer.fields}
    if writer.type == "map":
        keys, values = get_map_parts(writer)
        key = "1" if keys is None or keys.type != "string" else build_smallest_value(keys)
        return {key: None if values is None else build_smallest_value(values)}
    return build_smallest_array(writer, max(writer.constraints.get("min_items", 1), 1))
