"""Data Contract Specification: what a change of a file is, in the format's own words and on the line to edit."""

from __future__ import annotations

import pytest
from foreign_texts import edited, issues, line_of

from dcr.formats import read_content

FILE = """\
dataContractSpecification: 1.1.0
id: urn:shop:orders
info:
  title: Orders
  version: 1.0.0
  status: active
  owner: checkout
  contact:
    email: checkout@example.com
models:
  orders:
    description: one row per order
    primaryKey: [order_id]
    fields:
      order_id:
        $ref: '#/definitions/order_id'
        required: true
        unique: true
      status:
        type: string
        required: true
        enum: [placed, packed, shipped]
      note:
        type: text
        maxLength: 200
      amount:
        type: decimal
        minimum: 0
        maximum: 1000
      pieces:
        type: bigint
      placed_at:
        type: timestamp_tz
        required: true
      tags:
        type: array
        items:
          type: string
          maxLength: 20
      address:
        type: object
        fields:
          city:
            type: string
            required: true
          zip:
            type: varchar
            pattern: ^[0-9]{5}$
  refunds:
    fields:
      refund_id:
        type: string
        primaryKey: true
      order_id:
        $ref: '#/definitions/order_id'
definitions:
  order_id:
    type: string
    minLength: 8
    maxLength: 36
servicelevels:
  freshness:
    threshold: 25h
    timestampField: orders.placed_at
"""
AMOUNT = "        minimum: 0\n        maximum: 1000\n"
ZIP = "            type: varchar\n            pattern: ^[0-9]{5}$\n"
ORDER_ID = "definitions:\n  order_id:\n    type: string\n"
LAST = "          zip:\n" + ZIP
FRESH = "servicelevels:\n  freshness:\n    threshold: 25h\n    timestampField: orders.placed_at\n"
TIGHT, LOOSE = {"field_constraint_tightened"}, {"field_constraint_loosened"}
BOTH = TIGHT | LOOSE
NOTE = "      note:\n        type: text\n        maxLength: 200\n"


@pytest.mark.parametrize("word", ["0.9.0", "0.9.3", "1.0.0", "1.1.0", "1.2", "1.2.1"])
def test_every_version_of_the_specification_is_read(word: str) -> None:
    reading = read_content("a.yaml", edited(FILE, ("Specification: 1.1.0", f"Specification: {word}")).encode())
    assert [each.dataset_id for each in reading.contracts] == ["urn:shop:orders/orders", "urn:shop:orders/refunds"]
    assert reading.problems == ()


# The change, the passage whose line is pointed at in the new file, and what the message must quote.
PLACES = {
    "maxLength at the field": (
        [("maxLength: 200", "maxLength: 100")],
        "maxLength: 100",
        "maxLength of field 'note' was",
    ),
    "the old word for a pattern": (
        [("pattern: ^[0-9]{5}$", "regex: ^[0-9]{4}$")],
        "regex: ^[0-9]{4}$",
        "regex of field 'address.zip' was tightened",
    ),
    "exclusiveMaximum": ([("maximum: 1000", "exclusiveMaximum: 1000")], "exclusiveMaximum: 1000", "exclusiveMaximum"),
    "the type": (
        [("type: bigint", "type: string")],
        "      pieces:\n        type",
        "from 'bigint' (integer) to 'string'",
    ),
    "required where it is written": (
        [("type: text\n", "type: text\n        required: true\n")],
        "        required: true\n        maxLength: 200",
        "'note'",
    ),
    "required where it is not written": (
        [("timestamp_tz\n        required: true", "timestamp_tz")],
        "placed_at:\n",
        "'placed_at'",
    ),
    "a new field at its name": (
        [(NOTE, NOTE + "      remark:\n        type: text\n        required: true\n")],
        "remark:\n",
        "'remark'",
    ),
    "a nested field": ([("            required: true\n", "")], "          city:", "'address.city'"),
    "a removed field": ([(NOTE, "")], "    fields:\n      order_id:\n        $ref", "'note'"),
    "a removed nested field": ([(LAST, "")], "        fields:\n          city", "'address.zip'"),
    "elements": ([("maxLength: 20\n", "maxLength: 10\n")], "maxLength: 10\n", "'tags[]'"),
    "an enum": ([("packed, shipped]", "shipped]")], "enum: [placed, shipped]", "'packed'"),
    "inside a definition": (
        [("maxLength: 36", "maxLength: 32")],
        "maxLength: 32",
        "maxLength of field 'order_id' was tightened from 36 to 32",
    ),
    "freshness": ([("threshold: 25h", "threshold: often")], "threshold: often", "freshness threshold 'often'"),
    "the status": ([("status: active", "status: on ice")], "status: on ice", "'on ice'"),
    "the key at the model": (
        [("[order_id]", "[status]")],
        "primaryKey: [status]",
        "primary key changed from [order_id]",
    ),
    "the key at a field": ([("        primaryKey: true\n", "")], "  refunds:", "primary key changed from [refund_id]"),
    "a reference": (
        [("/order_id'\n        required", "/order_nr'\n        required")],
        "$ref: '#/definitions/order_nr'",
        "'#/definitions/order_nr'",
    ),
}


@pytest.mark.parametrize("change", PLACES)
def test_the_line_to_edit_and_the_formats_own_words(change: str) -> None:
    edits, passage, quoted = PLACES[change]
    after = edited(FILE, *edits)
    line = line_of(after, passage) + (passage.rstrip("\n").count("\n") if change == "the type" else 0)
    found = [issue for issue in issues(FILE, after) if issue.location and issue.location.line == line]
    assert any(quoted in issue.message for issue in found), issues(FILE, after)


def test_a_change_of_a_definition_is_reported_of_every_field_that_refers_to_it() -> None:
    found = issues(FILE, edited(FILE, ("maxLength: 36", "maxLength: 32")))
    tightened = [issue for issue in found if issue.kind == "field_constraint_tightened"]
    assert [issue.field for issue in tightened] == ["order_id", "order_id"]
    assert len({issue.fingerprint for issue in tightened}) == 2


def test_a_definition_may_be_nested_and_refer_to_another() -> None:
    more = "  x:\n    y:\n      $ref: '#/definitions/ids'\n  z:\n    type: string\n"
    renamed = edited(
        FILE, (ORDER_ID, ORDER_ID.replace("order_id", "ids")), ("servicelevels:\n", f"{more}servicelevels:\n")
    )
    nested = renamed.replace("#/definitions/order_id", "#/definitions/x/y")
    (orders, _) = read_content("a.yaml", nested.encode()).contracts
    assert orders.fields[0].type == "string"


def test_definitions_within_each_other_end_and_are_reported_once() -> None:
    text = """\
dataContractSpecification: 1.1.0
id: tree
info: {version: 1.0.0, owner: a}
models: {nodes: {fields: {root: {$ref: '#/definitions/node'}}}}
definitions:
  node: {type: object, fields: {left: {$ref: '#/definitions/node'}, value: {type: int}}}
"""
    reading = read_content("a.yaml", text.encode())
    assert len(reading.contracts) == 1
    assert ["refers to itself" in problem.message for problem in reading.problems] == [True]


def test_definitions_that_multiply_are_cut_and_reported() -> None:
    levels = "".join(
        f"  d{n}: {{type: object, fields: {{a: &d{n} {{$ref: '#/definitions/d{n + 1}'}}, b: *d{n}}}}}\n"
        for n in range(60)
    )
    text = f"""\
dataContractSpecification: 1.1.0
id: many
info: {{version: 1.0.0, owner: a}}
models: {{nodes: {{fields: {{root: {{$ref: '#/definitions/d0'}}}}}}}}
definitions:
{levels}  d60: {{type: int}}
"""
    problems = read_content("a.yaml", text.encode()).problems
    assert problems
    assert len(problems) <= 200
    assert all("not followed" in problem.message for problem in problems)


def test_what_is_not_understood_is_reported_once_however_many_models_there_are() -> None:
    reading = read_content("a.yaml", edited(FILE, ("status: active", "status: on ice")).encode())
    assert len(reading.problems) == 1


def test_a_file_without_an_id_is_refused() -> None:
    reading = read_content("a.yaml", edited(FILE, ("id: urn:shop:orders\n", "")).encode())
    assert reading.is_unreadable
    assert reading.format == "dcs"


def test_a_file_without_models_says_that_there_is_nothing_to_compare() -> None:
    reading = read_content("a.yaml", b"dataContractSpecification: 1.1.0\nid: a\ninfo: {version: 1.0.0}\n")
    assert not reading.contracts
    assert ["no models" in problem.message for problem in reading.problems] == [True]


@pytest.mark.parametrize(
    "models", ["[]", "text", "{a: }", "{a: {fields: [1, {type: string}]}}", "{a: {fields: text}}", "null"]
)
@pytest.mark.parametrize(
    "more", ["", "definitions: []\n", "servicelevels: []\ninfo: text\n", "servicelevels: {freshness: 3}\n"]
)
def test_no_odd_shape_raises(models: str, more: str) -> None:
    text = f"dataContractSpecification: 1.1.0\nid: a\nmodels: {models}\n{more}"
    assert read_content("a.yaml", text.encode()).format == "dcs"


@pytest.mark.parametrize(("version", "is_required"), [("1.0.1", True), ("1.1.0", True), ("2.0.0", False)])
def test_a_break_requires_a_major_version(version: str, is_required: bool) -> None:
    after = edited(FILE, (NOTE, ""), ("version: 1.0.0", f"version: {version}"))
    found = issues(FILE, after)
    assert ("version_bump_insufficient" in {issue.kind for issue in found}) is is_required
    assert all(
        issue.location.line == line_of(after, "  version:")
        for issue in found
        if issue.kind.startswith("version_") and issue.location
    )


MAP = FILE.replace("type: bigint", "type: map\n        keys: {type: string}\n        values: {type: int}")


def test_what_a_map_holds_is_compared() -> None:
    (issue,) = [
        each for each in issues(MAP, MAP.replace("{type: int}", "{type: string}")) if "version" not in each.kind
    ]
    assert issue.kind == "field_type_changed"
    assert issue.field is not None
    assert issue.field.endswith(".values")
    assert issue.message.endswith("changed type from 'int' (integer) to 'string'")
