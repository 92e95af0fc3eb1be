"""Values that foreign files write in several ways, and ones that only look alike: what each is read as."""

from __future__ import annotations

import pytest
from foreign_texts import issues, kinds

from dcr.formats import read_content

SHRUNK, EXPANDED = "field_enum_shrunk", "field_enum_expanded"
TIGHTENED, LOOSENED = "field_constraint_tightened", "field_constraint_loosened"


def dcs(fields: str, rest: str = "") -> str:
    """Return a file whose one model has some fields."""
    return (
        f"{rest}dataContractSpecification: 1.1.0\nid: shop\ninfo: {{version: 1.0.0, owner: checkout}}\n"
        f"models:\n  orders:\n    fields:\n      {fields}\n"
    )


def odcs(column: str) -> str:
    """Return a file whose one object has one property."""
    return (
        "kind: DataContract\napiVersion: v3.1.0\nid: shop\nversion: 1.0.0\nteam: {name: checkout}\n"
        f"schema:\n  - name: orders\n    properties:\n      - {{name: a, {column}}}\n"
    )


def promise(values: str) -> str:
    """Return a quality rule that allows some values in every row."""
    return f"{{metric: invalidValues, mustBe: 0, arguments: {{validValues: [{values}]}}}}"


LISTED = {
    "a whole number as a float": ("integer", "[1.0, 2]", "[2]", {SHRUNK}),
    "numbers in quotes": ("integer", "['1', '2']", "['1']", {SHRUNK}),
    "one number quoted or not": ("integer", "['1', 2]", "[1, '2']", set()),
    "one number as a float or not": ("integer", "[1.0, 2]", "[1, 2.0]", set()),
    "booleans in quotes": ("boolean", "['true', 'false']", "['true']", {SHRUNK}),
    "booleans in older words": ("boolean", "[yes, no]", "[true]", {SHRUNK}),
    "true, which is not 1": ("integer", "[1, 2]", "[true, 2]", {SHRUNK, "value_not_understood"}),
    "a text among numbers": ("number", "[1.5]", "[1.5, many]", {"value_not_understood"}),
    "numbers of json": ("json", "[1, 2]", "[1]", {SHRUNK}),
    "a number and its text in json": ("json", "[1]", "['1']", {SHRUNK, EXPANDED}),
    "any json": ("json", None, "[1, a]", {SHRUNK}),
}


@pytest.mark.parametrize("name", LISTED)
def test_listed_values_are_those_that_the_field_can_hold(name: str) -> None:
    type_name, before, after, expected = LISTED[name]
    texts = [dcs(f"a: {{type: {type_name}{f', enum: {each}' if each else ''}}}") for each in (before, after)]
    assert kinds(issues(*texts)) == expected


def test_a_value_of_a_type_that_is_not_the_fields_is_reported_at_its_place() -> None:
    text = dcs("a:\n        type: integer\n        enum:\n          - 1\n          - many")
    (problem,) = read_content("contracts/orders.yaml", text.encode()).problems
    assert (problem.location.line, problem.location.column) == (11, 13)
    assert problem.message == "enum value 'many' is not of type 'integer', and is not compared"


MERGED = "x-audit: &audit\n  created_by: {type: string, maxLength: 20}\n"


def test_fields_that_are_merged_in_are_fields() -> None:
    before = dcs("<<: *audit\n      a: {type: string}", MERGED)
    assert [each.name for each in read_content("a.yaml", before.encode()).contracts[0].fields] == ["a", "created_by"]
    assert kinds(issues(before, before.replace("20", "10"))) == {TIGHTENED}
    assert kinds(issues(before, before.replace("created_by", "updated_by"))) == {"field_removed"}


def test_a_field_is_above_the_one_of_its_name_that_is_merged_in() -> None:
    text = dcs("<<: *audit\n      created_by: {type: integer}", MERGED)
    (field,) = read_content("a.yaml", text.encode()).contracts[0].fields
    assert field.type == "integer"


def test_a_field_may_be_named_like_the_merge_key_in_quotes() -> None:
    (field,) = read_content("a.yaml", dcs("'<<': {type: integer}").encode()).contracts[0].fields
    assert (field.name, field.type) == ("<<", "integer")


def test_what_several_rules_promise_is_what_all_of_them_allow() -> None:
    wide, narrow, narrower = promise("a, b, c"), promise("b, a"), promise("a")
    before = odcs(f"logicalType: string, quality: [{wide}, {narrow}]")
    assert kinds(issues(before, odcs(f"logicalType: string, quality: [{wide}, {narrower}]"))) == {SHRUNK}
    assert kinds(issues(before, odcs(f"logicalType: string, quality: [{narrow}]"))) == set()


def test_an_open_bound_may_be_written_in_quotes() -> None:
    before, after = (dcs(f"a: {{type: integer, minimum: 1, exclusiveMinimum: {each}}}") for each in ("'true'", "true"))
    assert kinds(issues(before, after)) == set()
    assert kinds(issues(before, dcs("a: {type: integer, minimum: 1}"))) == {LOOSENED}


def test_a_pattern_that_goes_is_named_by_the_word_of_the_file() -> None:
    (issue, *_) = issues(dcs("a: {type: string, pattern: '^a$'}"), dcs("a: {type: string}"))
    assert issue.message == "pattern of field 'a' was loosened from '^a$' to none"


def test_dates_whose_texts_are_not_in_order_of_time_are_not_compared_as_texts() -> None:
    before, after = (dcs(f"a: {{type: date, minimum: {each}}}") for each in ("12/31/2023", "01/01/2024"))
    assert kinds(issues(before, after)) == {TIGHTENED, LOOSENED}


@pytest.mark.parametrize(
    ("limits", "shown"),
    [
        ("minimum: 2025-01-01", "9999-12-31"),
        ("maximum: 1999-12-31", "1970-01-01"),
        ("minimum: 2025-01-01, maximum: 2025-01-01", "2025-01-01"),
        ("minimum: 12/31/2023", None),
    ],
)
def test_a_witness_keeps_to_the_limits_of_its_dates(limits: str, shown: str | None) -> None:
    before, after = (
        dcs(f"a: {{type: date, required: true, {limits}}}\n      b: {{type: string, enum: [{each}]}}")
        for each in ("x, y", "x")
    )
    found = next(issue for issue in issues(before, after) if issue.kind == SHRUNK)
    assert (found.witness and found.witness.row) == (shown and {"a": shown, "b": "y"})


def test_a_witness_keeps_to_the_limits_of_numbers_without_a_type() -> None:
    before, after = (dcs(f"a: {{maximum: 2, enum: [{each}]}}") for each in ("3, 1, 2", "2"))
    found = next(issue for issue in issues(before, after) if issue.kind == SHRUNK)
    assert found.witness is not None
    assert found.witness.row == {"a": 1}
