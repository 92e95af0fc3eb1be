"""The values a field allows, without its place in a row: single values, text formats, and what is refused.

A field's own enum and constraints decide; nested fields are left to whoever builds rows.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from dcr.contract import patterns

if TYPE_CHECKING:
    from collections.abc import Mapping

    from dcr.contract.contract import Field

TIMESTAMP = re.compile(r"\d{4}-\d{2}-\d{2}[Tt ]\d{2}:\d{2}:\d{2}(?:\.\d+)?(?:[Zz]|[+-]\d{2}:\d{2})\Z", re.ASCII)
FORMATS: dict[str, tuple[re.Pattern[str], str]] = {
    "date": (re.compile(r"\d{4}-\d{2}-\d{2}\Z", re.ASCII), "2024-01-01"),
    "email": (re.compile(r"[^@\s]+@[^@\s]+\Z"), "a@example.com"),
    "ipv4": (re.compile(r"(?:\d{1,3}\.){3}\d{1,3}\Z", re.ASCII), "192.0.2.1"),
    "uuid": (
        re.compile(r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}\Z"),
        "00000000-0000-4000-8000-000000000000",
    ),
}  # fmt: skip
"""Text formats whose values dcr can tell apart, each with one example; any other name is opaque."""


def fits_type(value: object, type_name: str) -> bool:
    """Whether a JSON value is of a contract's scalar type. Booleans are not integers."""
    if type_name == "boolean":
        return isinstance(value, bool)
    if type_name == "integer":
        return isinstance(value, int) and not isinstance(value, bool)
    if type_name == "number":
        return isinstance(value, int | float) and not isinstance(value, bool)
    if type_name == "timestamp":
        return isinstance(value, str) and TIMESTAMP.match(value) is not None
    return type_name != "string" or isinstance(value, str)


def refused_by(value: Any, type_name: str, constraints: Mapping[str, Any]) -> str | None:
    """Return the constraint that refuses a scalar of the right type, or None when all accept it.

    A pattern that is not safe to run and a format dcr does not know refuse nothing here.
    """
    if type_name in ("integer", "number"):
        return _number_refused(value, constraints)
    if isinstance(value, str):
        return _text_refused(value, constraints)
    return None


def _number_refused(value: float, constraints: Mapping[str, Any]) -> str | None:
    from dcr.contract.numbers import exact, number_set  # noqa: PLC0415 (fractions cost 5 ms; few fields need them)

    for key in ("minimum", "exclusive_minimum", "maximum", "exclusive_maximum", "multiple_of"):
        if key in constraints and not number_set("number", {key: constraints[key]}).contains(exact(value)):
            return key
    return None


def _text_refused(value: str, constraints: Mapping[str, Any]) -> str | None:
    if len(value) < constraints.get("min_length", 0):
        return "min_length"
    if "max_length" in constraints and len(value) > constraints["max_length"]:
        return "max_length"
    if "pattern" in constraints and patterns.matches(constraints["pattern"], value) is False:
        return "pattern"
    if constraints.get("format") in FORMATS and not FORMATS[constraints["format"]][0].match(value):
        return "format"
    return None


def allows(field: Field, value: object) -> bool:
    """Whether a present, non-null scalar is a value of `field`: its type, enum and constraints."""
    if not fits_type(value, field.type):
        return False
    if field.enum is not None and value not in field.enum:
        return False
    return refused_by(value, field.type, field.constraints) is None
