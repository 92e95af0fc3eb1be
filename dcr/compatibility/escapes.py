"""Values that one field accepts and another refuses: the proof that a constraint or enum breaks something.

Exact for numbers, lengths, array sizes and enums. Where a pattern or an unknown text format decides, no
value may be found although one exists: the answer is then `UNKNOWN`, which counts as a break.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from dcr.compatibility.rows import ABSENT, MAX_ELEMENTS, MAX_TEXT, NoValueError, candidates, smallest_value
from dcr.contract import patterns
from dcr.contract.values import FORMATS, allows, refused_by

if TYPE_CHECKING:
    from collections.abc import Iterable

    from dcr.contract.contract import Field
    from dcr.contract.numbers import NumberSet

UNKNOWN: Any = type("Unknown", (), {"__repr__": lambda _: "UNKNOWN"})()
"""A value that is refused may exist, but none could be made."""

LOWER, UPPER = ("minimum", "exclusive_minimum"), ("maximum", "exclusive_maximum")


def escaping_constraint(  # noqa: PLR0911 (one for each way a value is found)
    writer: Field, reader: Field, keys: tuple[str, ...]
) -> Any:
    """Return a value that `writer` accepts and that `reader`'s constraints named by `keys` refuse.

    `ABSENT` when there is none. Both fields have the same type.
    """
    limits = {key: reader.constraints[key] for key in keys if key in reader.constraints}
    if not limits or all(writer.constraints.get(key) == value for key, value in limits.items()):
        return ABSENT
    if "pattern" in limits and not patterns.is_safe_to_run(limits["pattern"]):
        return UNKNOWN
    if writer.enum is not None:
        return _first(each for each in writer.enum if allows(writer, each) and refused_by(each, writer.type, limits))
    if writer.type in ("integer", "number"):
        return _number_escaping(writer, limits)
    if writer.type == "array":
        return _elements_escaping(writer, limits)
    if "pattern" in limits or "format" in limits:
        return _found_or_unknown(writer, limits)
    return _length_escaping(writer, limits)


def escaping_enum(writer: Field, reader: Field) -> Any:
    """Return a value that `writer` accepts and that is not in `reader`'s enum; `ABSENT` when there is none."""
    if reader.enum is None:
        return ABSENT
    listed = reader.enum
    if writer.enum is not None:
        return _first(each for each in writer.enum if each not in listed and allows(writer, each))
    if writer.type == "boolean":
        return _first(each for each in (False, True) if each not in listed)
    if writer.type in ("integer", "number"):
        return _number_outside(writer, listed)
    return _text_outside(writer, listed)


def _first(values: Iterable[Any]) -> Any:
    return next(iter(values), ABSENT)


def _numbers(field: Field) -> NumberSet:
    from dcr.contract.numbers import number_set  # noqa: PLC0415 (fractions cost 5 ms; few fields need them)

    return number_set(field.type, field.constraints)


def _number_escaping(writer: Field, limits: dict[str, Any]) -> Any:
    from dcr.contract.numbers import exact, plain  # noqa: PLC0415

    allowed = _numbers(writer)
    step = exact(limits["multiple_of"]) if "multiple_of" in limits else None
    found = [each for each in allowed.candidates(step) if refused_by(plain(each), writer.type, limits)]
    if found:
        return plain(min(found, key=lambda each: (each.denominator, abs(each), each < 0)))
    for key, bound in limits.items():
        near = None
        if key in LOWER:
            near = allowed.below(exact(bound), or_equal=key == "exclusive_minimum")
        elif key in UPPER:
            near = allowed.above(exact(bound), or_equal=key == "exclusive_maximum")
        if near is not None:
            return plain(near)
    return ABSENT


def _number_outside(writer: Field, listed: tuple[Any, ...]) -> Any:
    from dcr.contract.numbers import plain  # noqa: PLC0415

    allowed = _numbers(writer)
    members = allowed.finite()
    if members is not None:
        return _first(plain(each) for each in members if plain(each) not in listed)
    found = _first(plain(each) for each in allowed.candidates() if plain(each) not in listed)
    return found if found is not ABSENT else _walk_outside(allowed, listed)


def _walk_outside(allowed: NumberSet, listed: tuple[Any, ...]) -> Any:
    """An infinite or large set has a member outside any list: go along it until one is met."""
    from dcr.contract.numbers import exact, plain  # noqa: PLC0415

    at = next(iter(allowed.candidates()))
    for direction in (allowed.above, allowed.below):
        here = at
        for _ in range(len(listed) + 1):
            beyond = direction(here, or_equal=False)
            if beyond is None:
                break
            if plain(beyond) not in listed:
                return plain(beyond)
            here = exact(plain(beyond))
    return UNKNOWN


def _elements_escaping(writer: Field, limits: dict[str, Any]) -> Any:
    low, high = writer.constraints.get("min_items", 0), writer.constraints.get("max_items")
    count = None
    if "min_items" in limits and low < limits["min_items"]:
        count = low
    if "max_items" in limits and (high is None or high > limits["max_items"]):
        count = max(low, limits["max_items"] + 1)
    if count is None:
        return ABSENT
    if count > MAX_ELEMENTS:
        return UNKNOWN
    try:
        return [smallest_value(writer.items) for _ in range(count)] if writer.items else []
    except NoValueError:
        return UNKNOWN


def _length_escaping(writer: Field, limits: dict[str, Any]) -> Any:
    low, high = writer.constraints.get("min_length", 0), writer.constraints.get("max_length")
    pattern = writer.constraints.get("pattern")
    if pattern is not None:
        shortest, longest = patterns.lengths(pattern)
        low = max(low, shortest)
        high = longest if high is None else high if longest is None else min(high, longest)
    too_short = "min_length" in limits and low < limits["min_length"]
    too_long = "max_length" in limits and (high is None or high > limits["max_length"])
    if not (too_short or too_long):
        return ABSENT
    if pattern is not None or "format" in writer.constraints:
        length = limits.get("max_length", 0) + 1 if too_long else low
        probe = {**writer.constraints, ("min_length" if too_long else "max_length"): length}
        return _found_or_unknown(replace(writer, constraints=probe), limits, opaque_format=True)
    length = max(low, limits["max_length"] + 1) if too_long else low
    return "a" * length if length <= MAX_TEXT else UNKNOWN


def _text_outside(writer: Field, listed: tuple[Any, ...]) -> Any:
    if "pattern" not in writer.constraints and "format" not in writer.constraints and writer.type == "string":
        low, high = writer.constraints.get("min_length", 0), writer.constraints.get("max_length")
        if high == 0:
            return _first(each for each in ("",) if each not in listed)
        for letter in _letters(len(listed)):
            text = letter * max(low, 1) if low <= MAX_TEXT else ""
            if not text:
                return UNKNOWN
            if text not in listed:
                return text if len(text) <= MAX_TEXT else UNKNOWN
    try:
        return next((each for each in candidates(writer) if each not in listed), UNKNOWN)
    except NoValueError:
        return UNKNOWN


def _letters(listed: int) -> Iterable[str]:
    return (chr(code) for code in range(ord("a"), ord("a") + listed + 1))


def _found_or_unknown(writer: Field, limits: dict[str, Any], *, opaque_format: bool = False) -> Any:
    if not opaque_format and "format" in limits and limits["format"] not in FORMATS:
        return UNKNOWN
    try:
        found = candidates(writer)
    except NoValueError:
        return UNKNOWN
    return next((each for each in found if refused_by(each, writer.type, limits)), UNKNOWN)
