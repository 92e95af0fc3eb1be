"""Rows made of a contract: the smallest one, and what is too large to be made."""

from __future__ import annotations

from typing import Any

import pytest

from dcr.compatibility.counterexamples.rows import (
    MAX_TEXT,
    NoValueError,
    accepts,
    build_minimal_object,
    build_minimal_value,
    build_row,
)
from dcr.contract.contract import Contract, Field

SMALLEST: dict[str, tuple[Field, Any]] = {
    "a text": (Field("a", "string"), "a"),
    "a text of some length": (Field("a", "string", constraints={"min_length": 3}), "aaa"),
    "a text of a pattern": (Field("a", "string", constraints={"pattern": "^[0-9]{2}$"}), "00"),
    "a text of a pattern and some length": (Field("a", "string", constraints={"pattern": "b", "min_length": 3}), "baa"),
    "a text of a format": (Field("a", "string", constraints={"format": "date"}), "2024-01-01"),
    "a listed text": (Field("a", "string", enum=("x", "y")), "x"),
    "a listed text that is allowed": (Field("a", "string", enum=("x", "yy"), constraints={"min_length": 2}), "yy"),
    "an integer": (Field("a", "integer"), 0),
    "an integer of some size": (Field("a", "integer", constraints={"minimum": 7}), 7),
    "a boolean": (Field("a", "boolean"), False),
    "anything": (Field("a", "json"), {}),
    "an array": (Field("a", "array", items=Field("", "string")), []),
    "an array of some elements": (Field("a", "array", constraints={"min_items": 1}, items=Field("", "json")), [{}]),
    "an object": (Field("a", "object", fields=(Field("b", "string"), Field("c", "json", required=False))), {"b": "a"}),
}  # fmt: skip

TOO_LARGE = [
    Field("a", "string", constraints={"min_length": MAX_TEXT + 1}),
    Field("a", "string", constraints={"min_length": 10**30}),
    Field("a", "string", constraints={"min_length": 2**31, "pattern": "b"}),
    Field("a", "string", constraints={"min_length": 10**30, "pattern": "b"}),
    Field("a", "string", constraints={"min_length": 10**30, "format": "email"}),
    Field("a", "array", constraints={"min_items": 10**30}, items=Field("", "string")),
]


@pytest.mark.parametrize(("field", "value"), SMALLEST.values(), ids=list(SMALLEST))
def test_the_minimal_value_is_the_plainest_that_is_allowed(field: Field, value: object) -> None:
    assert build_minimal_value(field) == value
    assert accepts(Contract("a", "1.0.0", (field,)), {"a": value})


@pytest.mark.parametrize("field", TOO_LARGE, ids=lambda field: str(field.constraints))
def test_what_is_too_large_to_be_read_is_not_made(field: Field) -> None:
    with pytest.raises(NoValueError):
        build_minimal_value(field)


def test_the_minimal_object_has_the_required_fields() -> None:
    assert build_minimal_object((Field("a", "string"), Field("b", "string", required=False))) == {"a": "a"}


def test_a_row_has_a_value_where_it_is_wanted() -> None:
    address = Field("address", "object", required=False, fields=(Field("city", "string", required=False),))
    tags = Field("tags", "array", required=False, constraints={"min_items": 2}, items=Field("", "string"))
    contract = Contract("a", "1.0.0", (Field("id", "string"), address, tags))
    assert build_row(contract, ("address", "city"), "x") == {"id": "a", "address": {"city": "x"}}
    assert build_row(contract, ("tags", "[]"), "x") == {"id": "a", "tags": ["x", "a"]}
