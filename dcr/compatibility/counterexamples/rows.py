"""Builds example rows of a contract and checks whether a contract accepts a row.

A required field is present and not null; an optional one may be absent or null. A contract accepts rows with its
own fields only; a `lenient` reader ignores unknown fields.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any

from dcr.compatibility.pairs import ITEMS
from dcr.contract.contract import ANY_TYPE, Field
from dcr.contract.values import patterns
from dcr.contract.values.field_values import TEXT_FORMATS, is_allowed

if TYPE_CHECKING:
    from dcr.contract.contract import Contract

ABSENT: Any = type("Absent", (), {"__repr__": lambda _: "ABSENT"})()
"""Stands for a field that is not in the row."""

UNKNOWN: Any = type("Unknown", (), {"__repr__": lambda _: "UNKNOWN"})()
"""Stands for a refused value that may exist but could not be built."""

_DAYS = ("2024-01-01", "2024-01-02", "1970-01-01", "9999-12-31")
_LIMITS = ("minimum", "maximum", "exclusive_minimum", "exclusive_maximum")  # only bounds of dates are texts
MAX_VALUES = 1_000
MAX_TEXT = 10_000
"""Limits of witness rows, which people read: dcr builds no larger arrays and no longer texts."""


class NoValueError(Exception):
    """No value of a field could be built: its pattern has no known example, or the value is too large to show."""


def accepts(contract: Contract, row: Any, *, lenient: bool = False) -> bool:
    """Return whether a contract accepts a row."""
    return _object_accepts(contract.fields, row, lenient)


def field_accepts(field: Field, value: Any, *, lenient: bool = False) -> bool:
    """Return whether a field accepts a value, including nested values."""
    return _accepts(field, value, lenient)


def _object_accepts(fields: tuple[Field, ...], row: Any, lenient: bool) -> bool:
    if not isinstance(row, dict):
        return False
    names = {field.name for field in fields}
    if not lenient and not row.keys() <= names:
        return False
    return all(_accepts(field, row.get(field.name, ABSENT), lenient) for field in fields)


def _accepts(field: Field, value: Any, lenient: bool) -> bool:
    if value is ABSENT or value is None:
        return not field.required
    if field.type == "object":
        return _object_accepts(field.fields, value, lenient) and _has_size(value, field)
    if field.type == "map":
        return isinstance(value, dict) and all(_entry_accepts(field, *entry, lenient) for entry in value.items())
    if field.type in ("array", "vector"):
        return _list_accepts(field, value, lenient)
    return is_allowed(field, value)


def _list_accepts(field: Field, value: Any, lenient: bool) -> bool:
    length = field.constraints.get("dimensions")
    low, high = field.constraints.get("min_items", length or 0), field.constraints.get("max_items", length)
    if not isinstance(value, list) or len(value) < low or (high is not None and len(value) > high):
        return False
    if field.constraints.get("unique_items") and len({repr(element) for element in value}) < len(value):
        return False
    return field.items is None or all(_accepts(field.items, element, lenient) for element in value)


def _has_size(value: dict[str, Any], field: Field) -> bool:
    """Return whether an object has as many properties as its field requires."""
    low, high = field.constraints.get("min_properties", 0), field.constraints.get("max_properties", len(value))
    return bool(low <= len(value) <= high)


def _entry_accepts(field: Field, key: str, value: Any, lenient: bool) -> bool:
    """Return whether a map accepts an entry; only string keys are checked, since all keys of a row are texts."""
    keys, values = get_map_parts(field)
    return (keys is None or keys.type != "string" or _accepts(keys, key, lenient)) and (
        values is None or values.type == ANY_TYPE or _accepts(values, value, lenient)
    )


def _build_minimal_key(keys: Field) -> str:
    """Return the smallest key of a map, as JSON has it. Raise `NoValueError` if none can be built."""
    key = "1" if keys.type == ANY_TYPE else build_minimal_value(keys)
    return key if isinstance(key, str) else str(key).lower()


def get_map_parts(field: Field) -> tuple[Field | None, Field | None]:
    """Return the fields for the keys and for the values of a map, as far as they are known."""
    keys, values = (*field.fields, None, None)[:2]
    return keys, values


def build_minimal_value(field: Field) -> Any:
    """Return the smallest value that a field accepts. Raise `NoValueError` if none can be built."""
    if field.type == "object":
        return build_minimal_object(field.fields)
    if field.type == "array":
        return build_minimal_array(field, field.constraints.get("min_items", 0))
    if field.type == "map":
        return {}
    if field.type == "vector":
        return build_minimal_array(field, field.constraints.get("dimensions", 1))
    if field.enum is None:
        values = _find_minimal_scalar(field.type, tuple(field.constraints.items()))
    else:
        values = next(((value,) for value in field.enum if is_allowed(field, value)), ())
    if not values:
        raise NoValueError(field.name)
    return values[0]


@lru_cache(maxsize=4096)
def _find_minimal_scalar(type_name: str, constraints: tuple[tuple[str, Any], ...]) -> tuple[Any, ...]:
    """Return the smallest value of a scalar type, or nothing; cached, since every row of a pair contains it."""
    try:
        return tuple(list_candidates(Field("", type_name, constraints=dict(constraints)))[:1])
    except NoValueError:
        return ()


def build_minimal_array(field: Field, count: int) -> list[Any]:
    """Return an array of `count` smallest elements. Raise `NoValueError` if it cannot be built."""
    if not count or field.items is None:
        return []
    if count * _count_values(field.items) > MAX_VALUES:
        raise NoValueError(field.name)
    try:
        return [build_minimal_value(field.items)] * count
    except NoValueError:
        if field.items.required:
            raise
        return [None] * count


def _count_values(field: Field) -> int:
    """Return how many values the smallest value of a field consists of."""
    if field.type == "object":
        return 1 + sum(_count_values(nested) for nested in field.fields if nested.required)
    count = field.constraints.get("dimensions", field.constraints.get("min_items", 0))
    return 1 + count * _count_values(field.items) if count and field.items else 1


def build_minimal_object(fields: tuple[Field, ...]) -> dict[str, Any]:
    """Return an object of the required fields only. Raise `NoValueError` if it cannot be built."""
    return {field.name: build_minimal_value(field) for field in fields if field.required}


def build_row(contract: Contract, steps: tuple[str, ...], value: Any) -> dict[str, Any]:
    """Return the smallest row in which the field at `steps` has `value`. Raise `NoValueError` if it cannot be built.

    Optional parents of the field are present as well; `ABSENT` omits the field itself.
    """
    return _build_object(contract.fields, steps, value)


def _build_object(fields: tuple[Field, ...], steps: tuple[str, ...], value: Any) -> dict[str, Any]:
    row = {}
    for field in fields:
        if steps and field.name == steps[0]:
            inner = _build_value(field, steps[1:], value)
            if inner is not ABSENT:
                row[field.name] = inner
        elif field.required:
            row[field.name] = build_minimal_value(field)
    return row


def _build_value(field: Field, steps: tuple[str, ...], value: Any) -> Any:
    if not steps:
        return value
    if steps[0] == ITEMS and field.items:
        first = _build_value(field.items, steps[1:], value)
        rest = max(field.constraints.get("dimensions", field.constraints.get("min_items", 0)) - 1, 0)
        return ([] if first is ABSENT else [first]) + build_minimal_array(field, rest)
    if field.type == "map":
        return _build_map(field, steps, value)
    return _build_object(field.fields, steps, value)


def _build_map(field: Field, steps: tuple[str, ...], value: Any) -> dict[str, Any]:
    """Return a map of one entry with a given key or value. Raise `NoValueError` if it cannot be built."""
    keys, values = get_map_parts(field)
    if keys is None or values is None:
        raise NoValueError(field.name)
    is_key = steps[0] == keys.name
    key = _build_value(keys, steps[1:], value) if is_key else _build_minimal_key(keys)
    entry = (
        (build_minimal_value(values) if values.required else None) if is_key else _build_value(values, steps[1:], value)
    )
    if not isinstance(key, str):
        raise NoValueError(field.name)
    return {} if entry is ABSENT else {key: entry}


def list_candidates(field: Field, count: int = 3) -> list[Any]:
    """Return some values that a scalar field accepts, simplest first. Raise `NoValueError` if there are none.

    There are at least `count` texts if that many are easy to build.
    """
    values = list(field.enum) if field.enum is not None else _list_unchecked_candidates(field, count)
    values = [value for value in values if is_allowed(field, value)]
    if not values:
        raise NoValueError(field.name)
    return values


def _list_unchecked_candidates(field: Field, count: int) -> list[Any]:
    if field.type == "string":
        return list_texts(field, count)
    if field.type in ("integer", "number"):
        from dcr.contract.values.numbers import build_number_set, to_number  # noqa: PLC0415 (fractions cost 5 ms)

        return [to_number(number) for number in build_number_set(field.type, field.constraints).list_candidates()]
    simplest: dict[str, list[Any]] = {
        "boolean": [False, True],
        "timestamp": [f"{day}T00:00:00Z" for day in _DAYS],
        "date": [*_DAYS],
        "time": ["00:00:00", "00:00:01", "23:59:59"],
        "json": [{}, "a", 0, True, []],
        "map": [{}],
        ANY_TYPE: ["a", 0, True, {}, []],
    }
    limits = [value for key, value in field.constraints.items() if key in _LIMITS and isinstance(value, str)]
    values = [*simplest.get(field.type, []), *limits]
    if limits:
        from dcr.contract.values.moments import list_neighbours  # noqa: PLC0415 (few contracts have such bounds)

        values += (neighbour for limit in limits for neighbour in list_neighbours(limit))  # for exclusive bounds
    return values


def list_texts(field: Field, count: int) -> list[str]:
    """Return texts that a string field may accept, simplest first, from its format, its pattern and its lengths.

    Texts that cannot safely be matched against the pattern are left out.
    """
    low, high = field.constraints.get("min_length", 0), field.constraints.get("max_length")
    lengths = [max(low, 1), low, low + 1] + ([high] if high is not None and high <= low + 1_000 else [])
    lengths = [length for length in dict.fromkeys(lengths) if length <= MAX_TEXT]
    text_format = TEXT_FORMATS.get(field.constraints.get("format", ""))
    texts = [text_format.example, *text_format.more_examples] if text_format else []
    pattern = field.constraints.get("pattern")
    if pattern is not None:
        texts += patterns.generate_examples(pattern, tuple(lengths), max(count, 3))
    texts += [padded for text in texts for padded in _pad_text(text, low)]
    texts += [letter * length for length in lengths for letter in ("a", "0", "A", "-", " ")]
    texts += [letter * length for length in lengths[:1] for letter in map(chr, range(ord("b"), ord("b") + count))]
    return [text for text in dict.fromkeys(texts) if pattern is None or patterns.matches(pattern, text)]


def _pad_text(text: str, length: int) -> tuple[str, ...]:
    if not len(text) < length <= MAX_TEXT:
        return ()
    pad = "a" * (length - len(text))
    return f"{text}{pad}", f"{pad}{text}"
