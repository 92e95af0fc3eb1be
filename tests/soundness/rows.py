"""Rows to judge contracts by: at, just inside and just outside every bound that either of two contracts has.

Every row is valid under the contract it is made for: each of its values was checked by jsonschema on its own.
"""

from __future__ import annotations

import json
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from .generate import FORMATS, NEAR_MISSES, PATTERNS, SLOW_PATTERNS, WORDS, exact, generate_match, plain
from .judge import SPELLED_KEYS, field_validator, fields_of

if TYPE_CHECKING:
    from collections.abc import Iterator
    from fractions import Fraction

    from .judge import Mapping

ABSENT = object()
BOUNDS = ("minimum", "maximum", "exclusive_minimum", "exclusive_maximum")
MAX_LENGTH, MAX_ELEMENTS = 12_000, 1_100
_TIMES = ("2024-01-01T00:00:00Z", "2024-02-29 23:59:60.123+02:00", "1999-12-31t23:59:59z")
_DATES = ("2024-01-01", "1999-12-31", "2024-02-29", "2023-06-30", "2031-05-05")
_TIMES_OF_DAY = ("00:00:00", "12:30:00", "23:59:59.5")
_MOMENTS = {"timestamp": _TIMES, "date": _DATES, "time": _TIMES_OF_DAY}
_SPELLED = ("string", *_MOMENTS, *SPELLED_KEYS)
_JSON = ({}, [], "text", 0, 1.5, True, False, {"a": None}, [None])


def rows_of(writer: Mapping, reader: Mapping) -> list[Mapping]:
    """Return rows that the writer's contract allows, made to record it from the reader's; none if it allows none."""
    return objects(writer["fields"], reader["fields"])


def inhabited(contract: Mapping) -> bool:
    """Whether every field has a value; a pattern and a length may leave none, and then any verdict is true."""
    return all(values(field, field) for _, field in fields_of(contract))


def objects(fields: list[Mapping], others: list[Mapping]) -> list[Mapping]:
    """Return objects made of some fields, in which each field takes each of its values at least once."""
    siblings = {each["name"]: each for each in others}
    columns = {each["name"]: slots(each, siblings.get(each["name"])) for each in fields}
    if not all(columns.values()):
        return []
    count = max(len(column) for column in columns.values())
    drawn = [{name: column[n % len(column)] for name, column in columns.items()} for n in range(count)]
    return [{name: value for name, value in each.items() if value is not ABSENT} for each in drawn]


def slots(field: Mapping, other: Mapping | None) -> list[Any]:
    """Return what may stand where a field is: its values and, if it is optional, null and nothing."""
    found = values(field, other)
    return found if field.get("required", True) else [*found[:1], None, ABSENT, *found[1:]]


def values(field: Mapping, other: Mapping | None) -> list[Any]:
    """Return values a field allows, not null; few of them where the other side has the very same field."""
    if field["type"] == "object":
        siblings = other["fields"] if other and other["type"] == "object" else []
        return objects(field["fields"], siblings)
    if field["type"] == "map":
        return _maps(field, other if other and other["type"] == "map" else None)
    if field["type"] == "vector":
        return _vectors(field, other if other and other["type"] == "vector" else None)
    if field["type"] == "array":
        return _arrays(field, other if other and other["type"] == "array" else None)
    candidates = [*_listed(field), *_listed(other), *_candidates(field, other)]
    judge = field_validator(field)
    found: dict[str, Any] = {}
    for each in candidates:
        key = json.dumps(each)
        if key not in found and judge.is_valid(each):
            found[key] = each
            if len(found) == 3 and other is not None and _same(field, other):
                break
    return list(found.values())


def _same(field: Mapping, other: Mapping) -> bool:
    ignored = ("name", "description", "deprecated", "required")
    one, two = ({key: value for key, value in each.items() if key not in ignored} for each in (field, other))
    return one == two


def _listed(field: Mapping | None) -> list[Any]:
    return list(field.get("enum", ())) if field else []


def _candidates(field: Mapping, other: Mapping | None) -> Iterator[Any]:
    sides = [field, other] if other else [field]
    if field["type"] == "string":
        yield from _texts(sides)
    elif field["type"] in ("integer", "number"):
        yield from _numbers(sides)
    elif field["type"] == "boolean":
        yield from (True, False)
    elif field["type"] in _MOMENTS:
        yield from _MOMENTS[field["type"]]
        yield from (side[key] for side in sides for key in BOUNDS if isinstance(side.get(key), str))
    else:
        yield from _JSON


def _numbers(sides: list[Mapping]) -> Iterator[int | float]:
    points = sorted({exact(side[key]) for side in sides for key in BOUNDS if _is_number(side.get(key))} | {exact(0)})
    steps = {exact(side["multiple_of"]) for side in sides if _is_number(side.get("multiple_of"))} | {exact(1)}
    yield from (plain(each) for each in points)
    for one, two in pairwise(points):
        yield from (plain(one + (two - one) * part) for part in (exact("1/2"), exact("1/3"), exact("1/8")))
    for point in points:
        for step in sorted(steps):
            yield from (plain(each) for each in _around(point, step))
    yield from (-(10**9), 10**9, 10**6 + 0.5)


def _around(point: Fraction, step: Fraction) -> Iterator[Fraction]:
    whole = point // step * step
    yield from (whole + n * step for n in (-2, -1, 0, 1, 2))
    yield from (point + step * exact(part) for part in ("1/2", "-1/2", "1/4", "-1/4", "1", "-1"))
    yield from (point + exact(part) for part in ("1/1000", "-1/1000"))


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _texts(sides: list[Mapping]) -> Iterator[str]:
    lengths = {0, 1, 2, 12}
    for side in sides:
        for key in ("min_length", "max_length"):
            if key in side:
                lengths |= {side[key] - 1, side[key], side[key] + 1}
    wanted = sorted(length for length in lengths if 0 <= length <= MAX_LENGTH)
    for side in sides:
        pattern = side.get("pattern", "")
        yield from (*PATTERNS.get(pattern, ()), *SLOW_PATTERNS.get(pattern, ()))
        yield from FORMATS.get(side.get("format", ""), ())
        if pattern:
            yield from (text for length in wanted if (text := generate_match(pattern, length)) is not None)
            yield from (f"{text}\n" for text in PATTERNS.get(pattern, ()))
    if any(side.get("format") == "email" for side in sides):
        yield from ("x@y", f"{'x' * 30}@example.org")
    yield from (letter * length for length in wanted for letter in ("a", "0", "🙂"))
    for name in {side["format"] for side in sides if side.get("format") in NEAR_MISSES}:
        yield from NEAR_MISSES[name]
    yield from WORDS


def _arrays(field: Mapping, other: Mapping | None) -> list[list[Any]]:
    """Return arrays of every size at a bound, in which each value of the elements stands at least once."""
    elements = slots(field["items"], other["items"] if other else None)
    elements = [None if each is ABSENT else each for each in elements]
    sides = [field, other] if other else [field]
    bounds = [side[key] for side in sides for key in ("min_items", "max_items") if key in side]
    sizes = {0, 1, 2, *(bound + n for bound in bounds for n in (-1, 0, 1))}
    low, high = field.get("min_items", 0), min(field.get("max_items", MAX_ELEMENTS), MAX_ELEMENTS)
    allowed = sorted(size for size in sizes if low <= size <= high)
    if not elements:
        return [[]] if low == 0 else []
    found = [_from(elements, 0, size) for size in allowed]
    width = next((size for size in allowed if size > 0), None)
    return found + [_from(elements, start, width) for start in range(0, len(elements), width)] if width else found


def _maps(field: Mapping, other: Mapping | None) -> list[Mapping]:
    """Return maps in which each key and each value stands at least once, and the empty one."""
    keys = {**field["keys"], "required": True}
    names = [
        each if isinstance(each, str) else json.dumps(each)
        for each in (values(keys, other["keys"] if other else None) if keys["type"] in _SPELLED else ())
    ]
    inside = slots(field["values"], other["values"] if other else None)
    inside = [None if each is ABSENT else each for each in inside]
    if not names or not inside:
        return [{}]
    count = max(len(names), len(inside))
    return [{}, *({names[n % len(names)]: inside[n % len(inside)]} for n in range(count))]


def _vectors(field: Mapping, other: Mapping | None) -> list[list[Any]]:
    elements = values(field["items"], other["items"] if other else None)
    return [_from(elements, start, field["dimensions"]) for start in range(len(elements))]


def _from(elements: list[Any], start: int, count: int) -> list[Any]:
    return [elements[(start + n) % len(elements)] for n in range(count)]
