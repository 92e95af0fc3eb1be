"""Rows of a contract: the smallest one, one with a chosen value in it, and whether a contract accepts it.

A required field is present and not null; an optional one may be absent or null. A contract accepts rows
made of its own fields only; an old reader is `lenient`, it ignores fields it does not know.
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
"""Stands for a value that is not in the row."""

UNKNOWN: Any = type("Unknown", (), {"__repr__": lambda _: "UNKNOWN"})()
"""A value that is refused may exist, but none could be made."""

_DAYS = ("2024-01-01", "2024-01-02", "1970-01-01", "9999-12-31")
_LIMITS = ("minimum", "maximum", "exclusive_minimum", "exclusive_maximum")  # of dates, the only texts that have any
MAX_VALUES = 1_000
MAX_TEXT = 10_000
"""Witnesses are for reading: arrays of more values and longer texts are not made."""


class NoValueError(Exception):
    """No value of a field could be made: its pattern cannot be spelled out, or it is too large to show."""


def accepts(contract: Contract, row: Any, *, lenient: bool = False) -> bool:
    """Whether a row is valid under a contract."""
    return _object_accepts(contract.fields, row, lenient)


def field_accepts(field: Field, value: Any, *, lenient: bool = False) -> bool:
    """Whether a present value is valid for one field, with what is nested in it."""
    return _accepts(field, value, lenient)


def _object_accepts(fields: tuple[Field, ...], row: Any, lenient: bool) -> bool:
    if not isinstance(row, dict):
        return False
    names = {each.name for each in fields}
    if not lenient and not row.keys() <= names:
        return False
    return all(_accepts(each, row.get(each.name, ABSENT), lenient) for each in fields)


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
    if field.constraints.get("unique_items") and len({repr(each) for each in value}) < len(value):
        return False
    return field.items is None or all(_accepts(field.items, each, lenient) for each in value)


def _has_size(value: dict[str, Any], field: Field) -> bool:
    """Whether an object has as many properties as its field asks for."""
    low, high = field.constraints.get("min_properties", 0), field.constraints.get("max_properties", len(value))
    return bool(low <= len(value) <= high)


def _entry_accepts(field: Field, key: str, value: Any, lenient: bool) -> bool:
    """Whether a map accepts one entry; keys that are no texts are texts in a row, and only texts can be judged."""
    keys, values = get_map_parts(field)
    return (keys is None or keys.type != "string" or _accepts(keys, key, lenient)) and (
        values is None or values.type == ANY_TYPE or _accepts(values, value, lenient)
    )


def _build_smallest_key(keys: Field) -> str:
    """Return the plainest key of a map, as JSON spells it. Raises `NoValueError`."""
    found = "1" if keys.type == ANY_TYPE else build_smallest_value(keys)
    return found if isinstance(found, str) else str(found).lower()


def get_map_parts(field: Field) -> tuple[Field | None, Field | None]:
    """Return what the keys and the values of a map are, as far as it is known."""
    keys, values = (*field.fields, None, None)[:2]
    return keys, values


def build_smallest_value(field: Field) -> Any:
    """Return the plainest value a field accepts. Raises `NoValueError`."""
    if field.type == "object":
        return build_smallest_object(field.fields)
    if field.type == "array":
        return build_smallest_array(field, field.constraints.get("min_items", 0))
    if field.type == "map":
        return {}
    if field.type == "vector":
        return build_smallest_array(field, field.constraints.get("dimensions", 1))
    if field.enum is None:
        found = _find_smallest_scalar(field.type, tuple(field.constraints.items()))
    else:
        found = next(((value,) for value in field.enum if is_allowed(field, value)), ())
    if not found:
        raise NoValueError(field.name)
    return found[0]


@lru_cache(maxsize=4096)
def _find_smallest_scalar(type_name: str, constraints: tuple[tuple[str, Any], ...]) -> tuple[Any, ...]:
    """Return the plainest value of a field, if there is one: each row has it, and each issue has its row."""
    try:
        return tuple(list_candidates(Field("", type_name, constraints=dict(constraints)))[:1])
    except NoValueError:
        return ()


def build_smallest_array(field: Field, count: int) -> list[Any]:
    """Return `count` of the smallest elements of an array. Raises `NoValueError`."""
    if not count or field.items is None:
        return []
    if count * _count_values(field.items) > MAX_VALUES:
        raise NoValueError(field.name)
    try:
        return [build_smallest_value(field.items)] * count
    except NoValueError:
        if field.items.required:
            raise
        return [None] * count


def _count_values(field: Field) -> int:
    """Return how many values the smallest value of a field is made of."""
    if field.type == "object":
        return 1 + sum(_count_values(each) for each in field.fields if each.required)
    count = field.constraints.get("dimensions", field.constraints.get("min_items", 0))
    return 1 + count * _count_values(field.items) if count and field.items else 1


def build_smallest_object(fields: tuple[Field, ...]) -> dict[str, Any]:
    """Return the smallest object made of some fields: the required ones. Raises `NoValueError`."""
    return {each.name: build_smallest_value(each) for each in fields if each.required}


def build_row(contract: Contract, steps: tuple[str, ...], value: Any) -> dict[str, Any]:
    """Return the smallest row in which the field at `steps` has `value`. Raises `NoValueError`.

    Fields on the way there are present even when they are optional; `ABSENT` leaves the last one out.
    """
    return _build_object(contract.fields, steps, value)


def _build_object(fields: tuple[Field, ...], steps: tuple[str, ...], value: Any) -> dict[str, Any]:
    row = {}
    for each in fields:
        if steps and each.name == steps[0]:
            inner = _build_value(each, steps[1:], value)
            if inner is not ABSENT:
                row[each.name] = inner
        elif each.required:
            row[each.name] = build_smallest_value(each)
    return row


def _build_value(field: Field, steps: tuple[str, ...], value: Any) -> Any:
    if not steps:
        return value
    if steps[0] == ITEMS and field.items:
        first = _build_value(field.items, steps[1:], value)
        rest = max(field.constraints.get("dimensions", field.constraints.get("min_items", 0)) - 1, 0)
        return ([] if first is ABSENT else [first]) + build_smallest_array(field, rest)
    if field.type == "map":
        return _build_map(field, steps, value)
    return _build_object(field.fields, steps, value)


def _build_map(field: Field, steps: tuple[str, ...], value: Any) -> dict[str, Any]:
    """Return a map of one entry, whose key or value is the one wanted. Raises `NoValueError`."""
    keys, values = get_map_parts(field)
    if keys is None or values is None:
        raise NoValueError(field.name)
    of_key = steps[0] == keys.name
    key = _build_value(keys, steps[1:], value) if of_key else _build_smallest_key(keys)
    held = (
        (build_smallest_value(values) if values.required else None)
        if of_key
        else _build_value(values, steps[1:], value)
    )
    if not isinstance(key, str):
        raise NoValueError(field.name)
    return {} if held is ABSENT else {key: held}


def list_candidates(field: Field, count: int = 3) -> list[Any]:
    """Return some values of a scalar field, plainest first, each of which it allows.

    There are at least `count` of them where that many texts can be made easily. Raises `NoValueError`.
    """
    found = list(field.enum) if field.enum is not None else _list_unchecked_candidates(field, count)
    found = [value for value in found if is_allowed(field, value)]
    if not found:
        raise NoValueError(field.name)
    return found


def _list_unchecked_candidates(field: Field, count: int) -> list[Any]:
    if field.type == "string":
        return list_texts(field, count)
    if field.type in ("integer", "number"):
        from dcr.contract.values.numbers import build_number_set, to_number  # noqa: PLC0415 (fractions cost 5 ms)

        return [to_number(each) for each in build_number_set(field.type, field.constraints).list_candidates()]
    plainest: dict[str, list[Any]] = {
        "boolean": [False, True],
        "timestamp": [f"{day}T00:00:00Z" for day in _DAYS],
        "date": [*_DAYS],
        "time": ["00:00:00", "00:00:01", "23:59:59"],
        "json": [{}, "a", 0, True, []],
        "map": [{}],
        ANY_TYPE: ["a", 0, True, {}, []],
    }
    limits = [value for key, value in field.constraints.items() if key in _LIMITS and isinstance(value, str)]
    return [*plainest.get(field.type, []), *limits, *(each for limit in limits for each in _beside(limit))]


def _beside(limit: str) -> list[str]:
    """Return the moments next to a limit on dates or times, for limits that are out themselves."""
    from dcr.contract.values.moments import list_neighbours  # noqa: PLC0415 (few contracts hold bounds of moments)

    return list_neighbours(limit)


def list_texts(field: Field, count: int) -> list[str]:
    """Return texts that may be values of a string field, plainest first: its format's, its pattern's, plain ones.

    A text that a pattern cannot safely be run on is left out: it proves nothing.
    """
    low, high = field.constraints.get("min_length", 0), field.constraints.get("max_length")
    wanted = [max(low, 1), low, low + 1] + ([high] if high is not None and high <= low + 1_000 else [])
    wanted = [length for length in dict.fromkeys(wanted) if length <= MAX_TEXT]
    known = TEXT_FORMATS.get(field.constraints.get("format", ""))
    found = [known.example, *known.more_examples] if known else []
    pattern = field.constraints.get("pattern")
    if pattern is not None:
        found += patterns.generate_examples(pattern, tuple(wanted), max(count, 3))
    found += [text for each in found for text in _pad_text(each, low)]
    found += [letter * length for length in wanted for letter in ("a", "0", "A", "-", " ")]
    found += [letter * length for length in wanted[:1] for letter in map(chr, range(ord("b"), ord("b") + count))]
    return [text for text in dict.fromkeys(found) if pattern is None or patterns.matches(pattern, text)]


def _pad_text(text: str, length: int) -> tuple[str, ...]:
    if not len(text) < length <= MAX_TEXT:
        return ()
    pad = "a" * (length - len(text))
    return f"{text}{pad}", f"{pad}{text}"
