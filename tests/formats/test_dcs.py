"""Data Contract Specification: what a change of a file is, in the format's own words and on the line to edit."""

from __future__ import annotations

import pytest
from foreign_texts import edited, issues, kinds, line_of

from dcr.formats import read

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

CHANGES = {
    "comments only": ([("models:\n", "# what we promise\nmodels:  # two of them\n")], set()),
    "unknown keys": (
        [("      note:\n", "      note:\n        x-own: {a: 1}\n        classification: internal\n")],
        set(),
    ),
    "examples and terms": ([("servicelevels:\n", "terms: {usage: any}\nexamples: []\nservicelevels:\n")], set()),
    "a field removed": ([(NOTE, "")], {"field_removed"}),
    "a nested field removed": ([(LAST, "")], {"field_removed"}),
    "a required field removed": (
        [("          city:\n            type: string\n            required: true\n", "")],
        {"field_removed", "field_required_removed"},
    ),
    "an optional field added": ([(NOTE, NOTE + "      remark: {type: string}\n")], set()),
    "a field added that says nothing": ([(NOTE, NOTE + "      remark:\n")], set()),
    "a required field added": (
        [(NOTE, NOTE + "      remark: {type: string, required: true}\n")],
        {"field_required_added"},
    ),
    "a nested required field added": (
        [(LAST, LAST + "          land: {type: string, required: true}\n")],
        {"field_required_added"},
    ),
    "an optional field required": (
        [("type: text\n", "type: text\n        required: true\n")],
        {"field_required_added"},
    ),
    "a required field optional": (
        [("timestamp_tz\n        required: true", "timestamp_tz")],
        {"field_required_removed"},
    ),
    "a required field said to be not required": (
        [("timestamp_tz\n        required: true", "timestamp_tz\n        required: false")],
        {"field_required_removed"},
    ),
    "text is string": ([("type: text", "type: string")], set()),
    "varchar is string": ([("type: varchar", "type: string")], set()),
    "more digits": ([("type: decimal", "type: decimal\n        precision: 12")], {"physical_type_changed"}),
    "timestamp without a zone": ([("type: timestamp_tz", "type: timestamp_ntz")], {"physical_type_changed"}),
    "a number that becomes a map": (
        [("type: bigint", "type: map\n        keys: {type: string}\n        values: {type: int}")],
        {"field_type_changed"},
    ),
    "bigint is long": ([("type: bigint", "type: long")], set()),
    "bigint to integer": ([("type: bigint", "type: integer")], {"physical_type_changed"}),
    "decimal is numeric": ([("type: decimal", "type: numeric")], set()),
    "timestamp_tz is timestamp": ([("type: timestamp_tz", "type: timestamp")], set()),
    "object is record": ([("type: object", "type: record")], set()),
    "object is struct": ([("type: object", "type: struct")], set()),
    "decimal to double": ([("type: decimal", "type: double")], {"physical_type_changed"}),
    "decimal to integer": ([("type: decimal", "type: int")], {"field_type_changed"}),
    "bigint to string": ([("type: bigint", "type: string")], {"field_type_changed"}),
    "timestamp to date": ([("type: timestamp_tz", "type: date")], {"field_type_changed"}),
    "text to bytes": ([("type: text\n        maxLength: 200", "type: bytes")], {"field_type_changed"}),
    "object to map": ([("type: object", "type: map")], {"field_type_changed"}),
    "elements of another type": (
        [("          type: string\n          maxLength: 20", "          type: int")],
        {"field_type_changed"},
    ),
    "elements shorter": ([("maxLength: 20\n", "maxLength: 10\n")], TIGHT),
    "an enum value removed": ([("packed, shipped]", "shipped]")], {"field_enum_shrunk"}),
    "an enum value added": ([("packed, shipped]", "packed, shipped, lost]")], {"field_enum_expanded"}),
    "an enum in another order": ([("[placed, packed, shipped]", "[shipped, placed, packed]")], set()),
    "an enum in quotes": ([("[placed, packed", "['placed', \"packed\"")], set()),
    "an enum gone": ([("        enum: [placed, packed, shipped]\n", "")], {"field_enum_expanded"}),
    "an enum new": (
        [("type: text\n        maxLength: 200", "type: text\n        enum: [a, b]")],
        {"field_enum_shrunk"},
    ),
    "a length smaller": ([("maxLength: 200", "maxLength: 100")], TIGHT),
    "a length larger": ([("maxLength: 200", "maxLength: 300")], LOOSE),
    "a least length new": ([("maxLength: 200", "maxLength: 200\n        minLength: 3")], TIGHT),
    "a range narrower": ([("maximum: 1000", "maximum: 999")], TIGHT),
    "a range wider": ([("minimum: 0\n", "minimum: -1\n")], LOOSE),
    "a bound is out": ([("minimum: 0\n", "exclusiveMinimum: 0\n")], TIGHT),
    "a bound is out as draft 4 says it": ([("minimum: 0\n", "minimum: 0\n        exclusiveMinimum: true\n")], TIGHT),
    "a range gone": ([(AMOUNT, "")], LOOSE),
    "a pattern under its old name": ([("pattern: ^", "regex: ^")], set()),
    "a pattern stricter": ([("^[0-9]{5}$", "^[1-9][0-9]{4}$")], BOTH),
    "a pattern gone": ([("            pattern: ^[0-9]{5}$\n", "")], LOOSE),
    "a format new": ([("type: text\n", "type: text\n        format: email\n")], TIGHT),
    "became unique": ([("type: text\n", "type: text\n        unique: true\n")], TIGHT),
    "is unique no more": ([("        unique: true\n", "")], LOOSE),
    "the key of a field gone": ([("        primaryKey: true\n", "")], {"primary_key_changed"}),
    "the key under its old name": ([("primaryKey: true", "primary: true")], set()),
    "the key of a field said at the model": ([("  refunds:\n", "  refunds:\n    primaryKey: refund_id\n")], set()),
    "the key at the model longer": ([("[order_id]", "[order_id, status]")], {"primary_key_changed"}),
    "the key at the model gone": ([("    primaryKey: [order_id]\n", "")], {"primary_key_changed"}),
    "a definition shorter": ([("maxLength: 36", "maxLength: 32")], TIGHT),
    "a definition of another type": (
        [(ORDER_ID, "definitions:\n  order_id:\n    type: integer\n")],
        {"field_type_changed", "value_not_understood"},  # the field's own maxLength means nothing on an integer
    ),
    "what a field says itself wins": (
        [("        unique: true\n", "        unique: true\n        maxLength: 30\n")],
        TIGHT,
    ),
    "a reference written out": (
        [
            (
                "      order_id:\n        $ref: '#/definitions/order_id'\n        required",
                "      order_id:\n        type: string\n        minLength: 8\n        maxLength: 36\n        required",
            )
        ],
        set(),
    ),
    "a reference to nothing": (
        [("/order_id'\n        required", "/order_nr'\n        required")],
        {"value_not_understood", "field_type_changed"},
    ),
    "a reference to another file": (
        [("'#/definitions/order_id'\n        required", "'https://example.com/id.yaml'\n        required")],
        {"value_not_understood", "field_type_changed"},
    ),
    "definitions in a circle": (
        [(ORDER_ID, f"{ORDER_ID}    $ref: '#/definitions/order_id'\n")],
        {"value_not_understood"},
    ),
    "the owner another team": ([("owner: checkout", "owner: payments")], set()),
    "the owner gone": ([("  owner: checkout\n", "")], {"owner_missing"}),
    "the contact another one": ([("checkout@example.com", "orders@example.com")], set()),
    "the title another one": ([("title: Orders", "title: All orders")], set()),
    "deprecated": ([("status: active", "status: deprecated")], set()),
    "back in development": ([("status: active", "status: in development")], {"status_regressed"}),
    "a status of nobody": ([("status: active", "status: on ice")], {"value_not_understood"}),
    "the version no version": ([("version: 1.0.0", "version: next")], {"version_not_semver"}),
    "a specification of the future": (
        [("dataContractSpecification: 1.1.0", "dataContractSpecification: 7.0.0")],
        {"value_not_understood"},
    ),
    "a specification of the past": ([("dataContractSpecification: 1.1.0", "dataContractSpecification: 0.9.3")], set()),
    "25 hours as ISO has them": ([("threshold: 25h", "threshold: PT25H")], set()),
    "25 hours in minutes": ([("threshold: 25h", "threshold: 1500m")], set()),
    "fresher": ([("threshold: 25h", "threshold: 1d")], set()),
    "less fresh": ([("threshold: 25h", "threshold: 2d")], {"freshness_sla_loosened"}),
    "a freshness that is none": (
        [("threshold: 25h", "threshold: often")],
        {"value_not_understood"},
    ),
    "freshness not promised": ([(FRESH, "")], {"freshness_sla_removed"}),
    "freshness of another model": ([("orders.placed_at", "refunds.made_at")], {"freshness_sla_removed"}),
    "a model removed": ([(FILE[FILE.index("  refunds:") : FILE.index("definitions:\n")], "")], {"contract_removed"}),
    "a model added": (
        [("  refunds:\n", "  returns: {fields: {id: {type: string, required: true}}}\n  refunds:\n")],
        set(),
    ),
    "a model by another name": ([("  refunds:\n", "  returns:\n")], {"contract_removed"}),
    "another id": ([("id: urn:shop:orders", "id: urn:shop:sales")], {"contract_removed"}),
    "required is no word": ([("type: text\n", "type: text\n        required: sometimes\n")], {"value_not_understood"}),
    "a length that is none": ([("maxLength: 200", "maxLength: long")], {"value_not_understood", *LOOSE}),
}


@pytest.mark.parametrize("change", CHANGES)
def test_what_a_change_of_a_file_is(change: str) -> None:
    edits, expected = CHANGES[change]
    assert kinds(issues(FILE, edited(FILE, *edits))) == expected


def test_the_table_is_large_enough() -> None:
    assert len(CHANGES) >= 30


@pytest.mark.parametrize("word", ["0.9.0", "0.9.3", "1.0.0", "1.1.0", "1.2", "1.2.1"])
def test_every_version_of_the_specification_is_read(word: str) -> None:
    reading = read("a.yaml", edited(FILE, ("Specification: 1.1.0", f"Specification: {word}")).encode())
    assert [each.dataset_id for each in reading.contracts] == ["urn:shop:orders/orders", "urn:shop:orders/refunds"]
    assert reading.problems == ()


# The change, the passage whose line is pointed at in the new file, and what the message must quote.
PLACES = {
    "maxLength at the field": ([("maxLength: 200", "maxLength: 100")], "maxLength: 100", "maxLength from 200 to 100"),
    "the old word for a pattern": (
        [("pattern: ^[0-9]{5}$", "regex: ^[0-9]{4}$")],
        "regex: ^[0-9]{4}$",
        "tightened regex",
    ),
    "exclusiveMaximum": ([("maximum: 1000", "exclusiveMaximum: 1000")], "exclusiveMaximum: 1000", "exclusiveMaximum"),
    "the type": ([("type: bigint", "type: string")], "      pieces:\n        type", "from 'integer' to 'string'"),
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
    "inside a definition": ([("maxLength: 36", "maxLength: 32")], "maxLength: 32", "maxLength from 36 to 32"),
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


def test_a_change_of_a_definition_is_said_of_every_field_that_refers_to_it() -> None:
    found = issues(FILE, edited(FILE, ("maxLength: 36", "maxLength: 32")))
    told = [issue for issue in found if issue.kind == "field_constraint_tightened"]
    assert [issue.field for issue in told] == ["order_id", "order_id"]
    assert len({issue.fingerprint for issue in told}) == 2


def test_a_definition_may_be_nested_and_refer_to_another() -> None:
    more = "  x:\n    y:\n      $ref: '#/definitions/ids'\n  z:\n    type: string\n"
    renamed = edited(
        FILE, (ORDER_ID, ORDER_ID.replace("order_id", "ids")), ("servicelevels:\n", f"{more}servicelevels:\n")
    )
    nested = renamed.replace("#/definitions/order_id", "#/definitions/x/y")
    (orders, _) = read("a.yaml", nested.encode()).contracts
    assert orders.fields[0].type == "string"


def test_definitions_within_each_other_end_and_are_said_once() -> None:
    text = """\
dataContractSpecification: 1.1.0
id: tree
info: {version: 1.0.0, owner: a}
models: {nodes: {fields: {root: {$ref: '#/definitions/node'}}}}
definitions:
  node: {type: object, fields: {left: {$ref: '#/definitions/node'}, value: {type: int}}}
"""
    reading = read("a.yaml", text.encode())
    assert len(reading.contracts) == 1
    assert ["refers to itself" in problem.message for problem in reading.problems] == [True]


def test_definitions_that_multiply_are_cut_and_said() -> None:
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
    problems = read("a.yaml", text.encode()).problems
    assert problems
    assert len(problems) <= 200
    assert all("not followed" in problem.message for problem in problems)


def test_what_is_not_understood_is_said_once_however_many_models_there_are() -> None:
    reading = read("a.yaml", edited(FILE, ("status: active", "status: on ice")).encode())
    assert len(reading.problems) == 1


def test_a_file_without_an_id_is_refused() -> None:
    reading = read("a.yaml", edited(FILE, ("id: urn:shop:orders\n", "")).encode())
    assert reading.unreadable
    assert reading.format == "dcs"


def test_a_file_without_models_says_that_there_is_nothing_to_compare() -> None:
    reading = read("a.yaml", b"dataContractSpecification: 1.1.0\nid: a\ninfo: {version: 1.0.0}\n")
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
    assert read("a.yaml", text.encode()).format == "dcs"


@pytest.mark.parametrize(("version", "said"), [("1.0.1", True), ("1.1.0", True), ("2.0.0", False)])
def test_a_break_owes_a_major_version(version: str, said: bool) -> None:
    after = edited(FILE, (NOTE, ""), ("version: 1.0.0", f"version: {version}"))
    found = issues(FILE, after)
    assert ("version_bump_insufficient" in {issue.kind for issue in found}) is said
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
    assert issue.message.endswith("changed type from 'integer' to 'string'")
