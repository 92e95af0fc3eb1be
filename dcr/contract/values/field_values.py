"""Decides whether a single value is valid for a field, by its type, enum, text format and constraints.

Nested fields are checked where rows are built.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, NamedTuple

from dcr.contract.values import patterns
from dcr.contract.values.moments import MOMENT_TYPES, compare_moments

if TYPE_CHECKING:
    from collections.abc import Mapping

    from dcr.contract.contract import Field

TIMESTAMP_PATTERN = re.compile(r"\d{4}-\d{2}-\d{2}[Tt ]\d{2}:\d{2}:\d{2}(?:\.\d+)?(?:[Zz]|[+-]\d{2}:\d{2})\Z", re.ASCII)


class TextFormat(NamedTuple):
    """A text format that dcr can check: the pattern of its values, their lengths, and examples."""

    pattern: str
    example: str
    min_length: int
    max_length: int | None
    more_examples: tuple[str, ...] = ()

    def matches(self, text: str) -> bool:
        """Return whether a text is of this format."""
        return re.fullmatch(self.pattern, text) is not None


_YEARS = r"[0-9]{4}-(?:(?:0[13578]|1[02])-(?:0[1-9]|[12][0-9]|3[01])|(?:0[469]|11)-(?:0[1-9]|[12][0-9]|30)"
_LEAP_YEARS = r"(?:[0-9]{2}(?:0[48]|[2468][048]|[13579][26])|(?:[02468][048]|[13579][26])00)"
_OCTET = "(?:25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])"
TEXT_FORMATS = {
    "date": TextFormat(
        rf"(?!0000)(?:{_YEARS}|02-(?:0[1-9]|1[0-9]|2[0-8]))|{_LEAP_YEARS}-02-29)", "2024-01-01", 10, 10,
        ("2024-01-02", "2023-12-31", "2000-02-29", "1970-01-01"),
    ),
    "email": TextFormat(r"[^@\s]+@[^@\s]+", "a@example.com", 3, None, ("a@b", "b@example.com", "c@example.com")),
    "ipv4": TextFormat(rf"(?:{_OCTET}\.){{3}}{_OCTET}", "192.0.2.1", 7, 15, (
        "1.1.1.1", "10.1.1.1", "10.10.1.1", "10.10.10.1", "10.10.10.10", "10.10.10.100", "10.10.100.100",
        "10.100.100.100", "100.100.100.100",
    )),
    "uuid": TextFormat(
        "[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}", "00000000-0000-4000-8000-000000000000", 36, 36,
        tuple(f"00000000-0000-4000-8000-00000000000{n}" for n in range(1, 10)),
    ),
}  # fmt: skip
"""The text formats whose values dcr can check; any other name is opaque. Source: RFC 3339 (full-date), RFC 5321
(an address has an @ between two parts), RFC 2673 (dotted quad), RFC 4122.
"""


DATE_TIME_PATTERNS = {
    "date": re.compile(r"\d{4}-\d{2}-\d{2}\Z", re.ASCII),
    "time": re.compile(r"\d{2}:\d{2}:\d{2}(?:\.\d+)?\Z", re.ASCII),
}
"""The patterns of types that only foreign formats have."""


def is_of_type(value: object, type_name: str) -> bool:
    """Return whether a JSON value is of a contract's scalar type. Booleans are not integers."""
    if type_name == "boolean":
        return isinstance(value, bool)
    if type_name == "integer":
        return isinstance(value, int) and not isinstance(value, bool)
    if type_name == "number":
        return isinstance(value, int | float) and not isinstance(value, bool)
    if type_name == "timestamp":
        return isinstance(value, str) and TIMESTAMP_PATTERN.match(value) is not None
    if type_name in DATE_TIME_PATTERNS:
        return isinstance(value, str) and DATE_TIME_PATTERNS[type_name].match(value) is not None
    return isinstance(value, {"string": str, "map": dict, "vector": list}.get(type_name, object))


def find_failed_constraint(value: Any, type_name: str, constraints: Mapping[str, Any]) -> str | None:
    """Return the constraint that a scalar of the right type does not satisfy, or None.

    A pattern that is not safe to run and an unknown format are skipped.
    """
    if type_name in ("integer", "number") or (isinstance(value, int | float) and not isinstance(value, bool)):
        return _find_failed_number_constraint(value, constraints)
    if isinstance(value, str):
        refused = _find_failed_text_constraint(value, constraints)
        return _find_failed_bound(value, constraints) if refused is None and type_name in MOMENT_TYPES else refused
    return None


def _find_failed_number_constraint(value: float, constraints: Mapping[str, Any]) -> str | None:
    # Loading fractions takes 5 ms, and few fields need them.
    from dcr.contract.values.numbers import build_number_set, to_fraction  # noqa: PLC0415

    for key in (*_BOUND_KEYS, "multiple_of"):
        if key in constraints and not build_number_set("number", {key: constraints[key]}).contains(to_fraction(value)):
            return key
    return None


def _find_failed_text_constraint(value: str, constraints: Mapping[str, Any]) -> str | None:
    if len(value) < constraints.get("min_length", 0):
        return "min_length"
    if "max_length" in constraints and len(value) > constraints["max_length"]:
        return "max_length"
    if "pattern" in constraints and patterns.matches(constraints["pattern"], value) is False:
        return "pattern"
    if constraints.get("format") in TEXT_FORMATS and not TEXT_FORMATS[constraints["format"]].matches(value):
        return "format"
    return None


def is_undecidable(value: object, constraints: Mapping[str, Any]) -> bool:
    """Return whether dcr cannot validate a text, for its unknown format or for a pattern that is not safe to run."""
    if not isinstance(value, str):
        return False
    if "format" in constraints and constraints["format"] not in TEXT_FORMATS:
        return True
    return "pattern" in constraints and patterns.matches(constraints["pattern"], value) is None


_BOUND_KEYS = ("minimum", "exclusive_minimum", "maximum", "exclusive_maximum")


def is_outside_bound(moment: object, key: str, limit: object) -> bool | None:
    """Return whether a moment is outside one bound on dates and times; None if the two cannot be ordered."""
    comparison = compare_moments(moment, limit)
    if comparison is None:
        return None
    return (comparison == 0 and key.startswith("exclusive")) or comparison == (-1 if "minimum" in key else 1)


def _find_failed_bound(value: str, constraints: Mapping[str, Any]) -> str | None:
    return next(
        (key for key in _BOUND_KEYS if key in constraints and is_outside_bound(value, key, constraints[key])), None
    )


def _is_within_bounds(moment: Any, constraints: Mapping[str, Any]) -> bool:
    """Return whether a moment is known to be within the bounds that foreign formats set on dates and times."""
    return all(is_outside_bound(moment, key, constraints[key]) is False for key in _BOUND_KEYS if key in constraints)


def is_allowed(field: Field, value: object) -> bool:
    """Return whether a non-null scalar is valid for `field`, by its type, enum and constraints."""
    if not is_of_type(value, field.type):
        return False
    if field.enum is not None and value not in field.enum:
        return False
    if field.type in MOMENT_TYPES and not _is_within_bounds(value, field.constraints):
        return False
    return find_failed_constraint(value, field.type, field.constraints) is None
