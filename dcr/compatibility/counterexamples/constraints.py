"""Finds values that one field accepts and another one refuses because of its constraints or enum.

Results are exact for numbers, lengths, array sizes and enums. For patterns and unknown text formats a value may exist
that is not found: the result is then `UNKNOWN`, which counts as a break.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from dcr.compatibility.counterexamples.rows import ABSENT, UNKNOWN, NoValueError, build_minimal_array, list_candidates
from dcr.contract.contract import CONSTRAINTS
from dcr.contract.values import patterns
from dcr.contract.values.field_values import TEXT_FORMATS, find_failed_constraint, is_of_type, is_undecidable
from dcr.contract.values.moments import MOMENT_TYPES

if TYPE_CHECKING:
    from collections.abc import Iterable
    from fractions import Fraction

    from dcr.contract.contract import Field
    from dcr.contract.values.numbers import NumberSet

_PROPERTY_COUNTS = ("min_properties", "max_properties")
LOWER, UPPER = ("minimum", "exclusive_minimum"), ("maximum", "exclusive_maximum")


def find_constraint_counterexample(  # noqa: PLR0911 (one for value way a value is found)
    writer: Field, reader: Field, keys: tuple[str, ...]
) -> Any:
    """Return a value that `writer` accepts and that the constraints `keys` of `reader` refuse, or `ABSENT`.

    Both fields have the same type.
    """
    limits = {key: reader.constraints[key] for key in keys if key in reader.constraints}
    if not limits or all(writer.constraints.get(key) == value for key, value in limits.items()):
        return ABSENT
    if "unique_items" in limits and writer.type == "array":
        return _build_repeated_elements(writer)
    if writer.type == "vector":
        return _find_vector_counterexample(writer)
    if any(writer.type not in CONSTRAINTS.get(key, ()) for key in limits):
        return _find_foreign_counterexample(writer, limits)
    if writer.enum is not None:
        return _find_listed_counterexample(writer, limits)
    if writer.type in ("integer", "number"):
        return _find_number_counterexample(writer, limits)
    if writer.type == "array":
        return _find_array_counterexample(writer, limits)
    if "format" in limits and limits["format"] not in TEXT_FORMATS:
        return UNKNOWN
    if "pattern" in limits or "format" in limits:
        return _find_refused_candidate(writer, limits)
    return _find_length_counterexample(writer, limits)


def find_enum_counterexample(writer: Field, reader: Field) -> Any:
    """Return a value that `writer` accepts and that is not in `reader`'s enum, or `ABSENT`."""
    if reader.enum is None:
        return ABSENT
    listed = frozenset(reader.enum)
    if writer.enum is not None:
        return _get_first(value for value in _list_valid_enum_values(writer) if value not in listed)
    if writer.type == "boolean":
        return _get_first(value for value in (False, True) if value not in listed)
    if writer.type in ("integer", "number"):
        return _find_unlisted_number(writer, listed)
    return _find_unlisted_text(writer, listed)


def _get_first(values: Iterable[Any]) -> Any:
    return next(iter(values), ABSENT)


def _get_number_set(field: Field) -> NumberSet:
    from dcr.contract.values.numbers import build_number_set  # noqa: PLC0415 (fractions cost 5 ms; few fields need them)

    return build_number_set(field.type, field.constraints)


def _find_vector_counterexample(writer: Field) -> Any:
    """Return a vector of the writer's length, which a reader of another length refuses."""
    try:
        return build_minimal_array(writer, writer.constraints.get("dimensions", 1)) or UNKNOWN
    except NoValueError:
        return UNKNOWN


def _find_foreign_counterexample(writer: Field, limits: dict[str, Any]) -> Any:
    """Return a value for constraints that only foreign formats set on this type, such as bounds of dates."""
    if writer.type in MOMENT_TYPES and not limits.keys().isdisjoint((*LOWER, *UPPER)):
        from dcr.compatibility.counterexamples.moments import find_moment_counterexample  # noqa: PLC0415 (few contracts need it)

        return find_moment_counterexample(writer, limits)
    for key, bound in limits.items():
        writer_bound = writer.constraints.get(key)
        if writer_bound == bound:
            continue
        if key not in _PROPERTY_COUNTS or writer_bound is None or (writer_bound < bound) is (key == "min_properties"):
            return UNKNOWN
    return ABSENT


def _build_repeated_elements(writer: Field) -> Any:
    """Return an array that repeats an element, or `ABSENT` if the writer allows fewer than two."""
    low, high = writer.constraints.get("min_items", 0), writer.constraints.get("max_items")
    if high is not None and high < 2:
        return ABSENT
    try:
        return build_minimal_array(writer, max(low, 2)) or UNKNOWN
    except NoValueError:
        return UNKNOWN


def _find_listed_counterexample(writer: Field, limits: dict[str, Any]) -> Any:
    values = _list_valid_enum_values(writer)
    refused = _get_first(value for value in values if find_failed_constraint(value, writer.type, limits))
    return UNKNOWN if refused is ABSENT and any(is_undecidable(value, limits) for value in values) else refused


def _list_valid_enum_values(field: Field) -> list[Any]:
    fitting = (
        value for value in field.enum or () if is_of_type(value, field.type)
    )  # a foreign file may also list values of other types
    return [value for value in fitting if find_failed_constraint(value, field.type, field.constraints) is None]


def _find_number_counterexample(writer: Field, limits: dict[str, Any]) -> Any:
    from dcr.contract.values.numbers import build_number_set, to_fraction, to_number  # noqa: PLC0415

    allowed, accepted = _get_number_set(writer), build_number_set("number", limits)
    step = to_fraction(limits["multiple_of"]) if "multiple_of" in limits else None
    outside = (value for value in allowed.list_candidates(step) if not accepted.contains(value))
    found: list[Fraction | None] = [
        *sorted(outside, key=lambda value: (len(str(to_number(value))), abs(value), value < 0))
    ]
    # Doubles cannot distinguish numbers close to a large bound: search further away, and search integers.
    integers = [replace(allowed, step=to_fraction(allowed.step.numerator))] if allowed.step else []
    for key, bound in limits.items():
        for numbers in (allowed, *integers):
            for distance in (0, 1, abs(to_fraction(bound))):
                or_equal = key.startswith("exclusive") or distance > 0
                if key in LOWER:
                    found.append(numbers.find_below(to_fraction(bound) - distance, or_equal=or_equal))
                elif key in UPPER:
                    found.append(numbers.find_above(to_fraction(bound) + distance, or_equal=or_equal))
    exist = [to_number(value) for value in found if value is not None]
    shown = (
        value for value in exist if allowed.contains(to_fraction(value)) and not accepted.contains(to_fraction(value))
    )
    return next(shown, UNKNOWN) if exist else ABSENT


def _find_unlisted_number(writer: Field, listed: frozenset[Any]) -> Any:
    from dcr.contract.values.numbers import to_number  # noqa: PLC0415

    allowed = _get_number_set(writer)
    members = allowed.find_members(max(64, len(listed) + 1))
    if members is not None:
        return _get_first(to_number(value) for value in members if to_number(value) not in listed)
    found = _get_first(to_number(value) for value in allowed.list_candidates() if to_number(value) not in listed)
    return found if found is not ABSENT else _search_unlisted_number(allowed, listed)


def _search_unlisted_number(allowed: NumberSet, listed: frozenset[Any]) -> Any:
    """Return an unlisted member of an infinite or large set, searching from its first candidate."""
    from dcr.contract.values.numbers import to_fraction, to_number  # noqa: PLC0415

    at = next(iter(allowed.list_candidates()))
    for direction in (allowed.find_above, allowed.find_below):
        here = at
        for _ in range(len(listed) + 1):
            beyond = direction(here, or_equal=False)
            if beyond is None:
                break
            if to_number(beyond) not in listed:
                return to_number(beyond)
            here = to_fraction(to_number(beyond))
    return UNKNOWN


def _find_array_counterexample(writer: Field, limits: dict[str, Any]) -> Any:
    low, high = writer.constraints.get("min_items", 0), writer.constraints.get("max_items")
    count = None
    if "min_items" in limits and low < limits["min_items"]:
        count = low
    if "max_items" in limits and (high is None or high > limits["max_items"]):
        count = max(low, limits["max_items"] + 1)
    if count is None:
        return ABSENT
    try:
        return build_minimal_array(writer, count)
    except NoValueError:
        return UNKNOWN


def _find_length_counterexample(writer: Field, limits: dict[str, Any]) -> Any:
    low, high = _get_length_range(writer)
    too_short = "min_length" in limits and low < limits["min_length"]
    too_long = "max_length" in limits and (high is None or high > limits["max_length"])
    if not (too_short or too_long):
        return ABSENT
    if too_long:
        probe = {"min_length": max(low, limits["max_length"] + 1)}
    else:
        probe = {"max_length": limits["min_length"] - 1 if high is None else min(high, limits["min_length"] - 1)}
    return _find_refused_candidate(replace(writer, constraints={**writer.constraints, **probe}), limits)


def _get_length_range(field: Field) -> tuple[int, int | None]:
    """Return the shortest and longest text that a field's lengths, pattern and format allow."""
    spans = [(field.constraints.get("min_length", 0), field.constraints.get("max_length"))]
    if "pattern" in field.constraints:
        spans.append(patterns.get_length_range(field.constraints["pattern"]))
    if field.constraints.get("format") in TEXT_FORMATS:
        text_format = TEXT_FORMATS[field.constraints["format"]]
        spans.append((text_format.min_length, text_format.max_length))
    return max(low for low, _ in spans), min((high for _, high in spans if high is not None), default=None)


def _find_unlisted_text(writer: Field, listed: frozenset[Any]) -> Any:
    if _get_length_range(writer)[1] == 0:
        return ABSENT if "" in listed else ""
    try:
        values = list_candidates(writer, len(listed) + 1)
        return next((value for value in values if isinstance(value, dict | list) or value not in listed), UNKNOWN)
    except NoValueError:
        return UNKNOWN


def _find_refused_candidate(writer: Field, limits: dict[str, Any]) -> Any:
    try:
        found = list_candidates(writer)
    except NoValueError:
        return UNKNOWN
    return next((value for value in found if find_failed_constraint(value, writer.type, limits)), UNKNOWN)
