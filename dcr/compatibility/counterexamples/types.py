"""Values of one type that a field of another type refuses."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dcr.compatibility.constraints import GROUPS
from dcr.compatibility.counterexamples.constraints import escaping_constraint, escaping_enum
from dcr.compatibility.counterexamples.rows import (
    ABSENT,
    UNKNOWN,
    NoValueError,
    candidates,
    field_accepts,
    map_parts,
    smallest_array,
    smallest_value,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dcr.contract.contract import Field

_NUMBERS = ("integer", "number")
_NESTED = ("object", "array", "map", "vector")


def retyped_escaping(writer: Field, reader: Field) -> Any:
    """Return a value that `writer` accepts and `reader`, of another type, refuses; `UNKNOWN` when none was made."""
    for value in _values(writer, reader):
        read = int(value) if isinstance(value, float) and value.is_integer() else value  # in a row, 1.0 is an integer
        if field_accepts(writer, value) and not field_accepts(reader, read, lenient=True):
            return value
    return UNKNOWN


def _values(writer: Field, reader: Field) -> Iterator[Any]:
    if writer.type in _NESTED:
        yield from _nested(writer)
        return
    try:
        yield from candidates(writer)
    except NoValueError:
        return
    found = [escaping_enum(writer, reader)]
    if writer.type in _NUMBERS and reader.type in _NUMBERS:
        found += [escaping_constraint(writer, reader, group) for group in GROUPS]
    yield from (each for each in found if each is not ABSENT and each is not UNKNOWN)


def _nested(writer: Field) -> Iterator[Any]:
    """Yield the smallest value, and the smallest that shows what is nested in it."""
    for make in (smallest_value, _with_content):
        try:
            yield make(writer)
        except NoValueError:
            continue


def _with_content(writer: Field) -> Any:
    if writer.type == "object":
        return {each.name: smallest_value(each) for each in writer.fields}
    if writer.type == "map":
        keys, values = map_parts(writer)
        key = "1" if keys is None or keys.type != "string" else smallest_value(keys)
        return {key: None if values is None else smallest_value(values)}
    return smallest_array(writer, max(writer.constraints.get("min_items", 1), 1))
