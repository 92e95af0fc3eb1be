"""The values a field allows: its type, its enum, its constraints, and the text formats that dcr can check."""

from __future__ import annotations

from typing import Any

import pytest

from dcr.contract.contract import Field
from dcr.contract.values.field_values import TEXT_FORMATS, find_failed_constraint, is_allowed, is_of_type

FITTING: dict[str, list[Any]] = {
    "string": ["", "a", "2024-01-01"],
    "integer": [0, -5, 10**30],
    "number": [0, 0.5, -1.5],
    "boolean": [True, False],
    "timestamp": ["2024-01-01T00:00:00Z", "2024-01-01 00:00:00.123+02:00", "2024-01-01t00:00:00z"],
    "json": [None, 1, "a", [], {}],
}
UNFIT: dict[str, list[Any]] = {
    "string": [1, None, True, ["a"]],
    "integer": [True, 1.0, "1", None],
    "number": [False, "1", None],
    "boolean": [0, 1, "true", None],
    "timestamp": ["2024-01-01", "2024-01-01T00:00:00", "", 0, "x2024-01-01T00:00:00Z", "2024-01-01T00:00:00Z\n"],
    "json": [],
}

REFUSED: list[tuple[Any, str, dict[str, Any], str | None]] = [
    ("ab", "string", {"min_length": 3}, "min_length"),
    ("ab", "string", {"min_length": 2, "max_length": 2}, None),
    ("abc", "string", {"max_length": 2}, "max_length"),
    ("é😀", "string", {"max_length": 2}, None),
    ("abc", "string", {"pattern": "^b"}, "pattern"),
    ("abc", "string", {"pattern": "b"}, None),
    ("aaa", "string", {"pattern": "(a+)+$"}, None),
    ("a", "string", {"format": "email"}, "format"),
    ("a", "string", {"format": "hostname"}, None),
    (1, "integer", {"minimum": 2}, "minimum"),
    (2, "integer", {"exclusive_minimum": 2}, "exclusive_minimum"),
    (2, "integer", {"maximum": 1}, "maximum"),
    (2.0, "number", {"exclusive_maximum": 2}, "exclusive_maximum"),
    (0.3, "number", {"multiple_of": 0.1}, None),
    (0.35, "number", {"multiple_of": 0.1}, "multiple_of"),
    (7, "integer", {"minimum": 1, "maximum": 9, "multiple_of": 7}, None),
    (True, "boolean", {"unique": True}, None),
]


@pytest.mark.parametrize("name", FITTING)
def test_a_value_fits_its_type_and_a_boolean_is_no_integer(name: str) -> None:
    assert all(is_of_type(value, name) for value in FITTING[name])
    assert not any(is_of_type(value, name) for value in UNFIT[name])


@pytest.mark.parametrize(("value", "name", "constraints", "key"), REFUSED)
def test_the_constraint_that_refuses_a_value_is_named(
    value: Any, name: str, constraints: dict[str, Any], key: str | None
) -> None:
    assert find_failed_constraint(value, name, constraints) == key


@pytest.mark.parametrize("name", TEXT_FORMATS)
def test_the_example_of_a_format_is_of_that_format_only(name: str) -> None:
    example = TEXT_FORMATS[name][1]
    assert find_failed_constraint(example, "string", {"format": name}) is None
    assert all(
        find_failed_constraint(example, "string", {"format": other}) == "format"
        for other in TEXT_FORMATS.keys() - {name}
    )


def test_a_value_is_allowed_by_type_enum_and_constraints_together() -> None:
    field = Field("size", "integer", enum=(1, 5), constraints={"maximum": 4})
    assert [value for value in (1, 2, 5, True, 1.0, "1") if is_allowed(field, value)] == [1]
