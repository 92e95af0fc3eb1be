"""The native format's reader: every cause at once with its line, and the models' word for what is valid."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from dcr.contract.contract import Contract, Field, FreshnessSLA, Owner, walk_fields
from dcr.contract.models import DataContract, to_record
from dcr.contract.native_mapping import build_native_mapping
from dcr.formats import read_content

HEAD = 'dataset_id: shop.orders\nversion: "1.0.0"\n'
FIELDS = "fields:\n  - {name: order_id, type: string}\n"
TYPES = "string, integer, number, boolean, timestamp, json, object, array"


def list_messages(text: str) -> list[str]:
    """Return each problem as `line:column: message`, followed by its hint; `?` marks one that is not fatal."""
    return [
        f"{each.location.line}:{each.location.column}: {'' if each.is_fatal else '? '}{each.message}"
        + (f" ({each.hint})" if each.hint else "")
        for each in read_content("orders.yaml", text.encode()).problems
    ]


def with_field(flow: str) -> str:
    return f"{HEAD}fields:\n  - {{name: amount, {flow}}}\n"


KEYS = {
    "of the contract": (f"{HEAD}{FIELDS}owner: []\n", ["5:1: unknown key 'owner' (did you mean 'owners'?)"]),
    "of the contract, with a dash": (
        "dataset-id: shop.orders\nversion: 1.0.0\n" + FIELDS,
        [
            "1:1: dataset_id is missing (add dataset_id)",
            "1:1: unknown key 'dataset-id' (did you mean 'dataset_id'?)",
        ],
    ),
    "of the contract, in capitals": (
        f"{HEAD}{FIELDS}Status: draft\n", ["5:1: unknown key 'Status' (did you mean 'status'?)"],
    ),
    "like no other": (
        f"{HEAD}{FIELDS}sensitivity: low\n",
        ["5:1: unknown key 'sensitivity' (remove it, or name it 'x-sensitivity' if it is your own)"],
    ),
    "of a field": (
        with_field("type: integer, reqired: true"), ["4:35: unknown key 'reqired' (did you mean 'required'?)"],
    ),
    "of a field, like another system's": (
        with_field("type: string, maxLength: 5"), ["4:34: unknown key 'maxLength' (did you mean 'max_length'?)"],
    ),
    "of an element": (
        with_field("type: array, items: {type: string, lenght: 5}"),
        ["4:55: unknown key 'lenght' (did you mean 'min_length'?)"],
    ),
    "of a nested field": (
        with_field("type: object, fields: [{name: a, tpye: string}]"),
        ["4:43: type is missing (add type)", "4:53: unknown key 'tpye' (did you mean 'type'?)"],
    ),
    "of an owner": (
        f"{HEAD}{FIELDS}owners: [{{team: a, slack: b}}]\n",
        ["5:20: unknown key 'slack' (remove it, or name it 'x-slack' if it is your own)"],
    ),
    "of an owner, nearly": (
        f"{HEAD}{FIELDS}owners: [{{taem: a}}]\n",
        ["5:10: team is missing (add team)", "5:11: unknown key 'taem' (did you mean 'team'?)"],
    ),
    "of the freshness": (
        f"{HEAD}{FIELDS}freshness_sla: {{max_lag: 5}}\n",
        [
            "5:1: max_lag_seconds is missing (add max_lag_seconds)",
            "5:17: unknown key 'max_lag' (did you mean 'max_lag_seconds'?)",
        ],
    ),
    "of an element that has a name": (
        with_field("type: array, items: {name: a, type: string}"),
        ["4:41: items has a name; the elements of an array have none (remove it)"],
    ),
}  # fmt: skip

SHAPES = {
    "no version and no fields": (
        "dataset_id: a\n",
        ["1:1: version is missing (add version)", "1:1: fields is missing (add fields)"],
    ),
    "a field that is a text": (
        f"{HEAD}fields: [order_id]\n", ["3:10: value 1 of fields is 'order_id', expected a mapping"],
    ),
    "fields that are a mapping": (
        f"{HEAD}fields: {{order_id: string}}\n", ["3:1: fields is a mapping, expected a list"],
    ),
    "fields without a value": (f"{HEAD}fields:\n", ["3:1: fields is empty, expected a list"]),
    "a key that is a text": (f"{HEAD}{FIELDS}primary_key: a\n", ["5:1: primary_key is 'a', expected a list"]),
    "an owner that is a text": (f"{HEAD}{FIELDS}owners: [a]\n", ["5:10: value 1 of owners is 'a', expected a mapping"]),
    "a promise that is a number": (
        f"{HEAD}{FIELDS}freshness_sla: 86400\n", ["5:1: freshness_sla is 86400, expected a mapping"],
    ),
    "a lag with a fraction": (
        f"{HEAD}{FIELDS}freshness_sla: {{max_lag_seconds: 1.5}}\n",
        ["5:17: max_lag_seconds is 1.5, expected a whole number"],
    ),
    "a lag in quotes": (
        f'{HEAD}{FIELDS}freshness_sla: {{max_lag_seconds: "60"}}\n',
        ["5:17: max_lag_seconds is '60', expected a whole number"],
    ),
    "yes": (
        with_field("type: integer, required: yes"), ["4:35: required is 'yes', expected true or false (write true)"]),
    "Off": (
        with_field("type: integer, unique: Off"), ["4:35: unique is 'Off', expected true or false (write false)"]),
    "n": (
        with_field("type: integer, deprecated: n"), ["4:35: deprecated is 'n', expected true or false (write false)"]),
    "true in quotes": (
        with_field('type: integer, required: "true"'), ["4:35: required is 'true', expected true or false"],
    ),
    "one for true": (with_field("type: integer, required: 1"), ["4:35: required is 1, expected true or false"]),
    "a length with a fraction": (
        with_field("type: string, min_length: 1.5"), ["4:34: min_length is 1.5, expected a whole number"],
    ),
    "a length that is true": (
        with_field("type: string, min_length: true"), ["4:34: min_length is true, expected a whole number"],
    ),
    "a bound with an underscore": (
        with_field("type: integer, minimum: 1_000"), ["4:35: minimum is '1_000', expected a number"],
    ),
    "an enum that is a mapping": (
        with_field("type: integer, enum: {a: 1}"), ["4:35: enum is a mapping, expected a list"],
    ),
    "a name that is a list": (f"{HEAD}fields: [{{name: [], type: json}}]\n", ["3:11: name is a list, expected text"]),
    "a description that is a list": (
        f"{HEAD}{FIELDS}description: [a]\n", ["5:1: description is a list, expected text"],
    ),
    "an id that is a mapping": (
        "dataset_id: {a: b}\nversion: 1.0.0\n" + FIELDS, ["1:1: dataset_id is a mapping, expected text"],
    ),
    "an id without a value": (
        "dataset_id:\nversion: 1.0.0\n" + FIELDS, ["1:1: dataset_id is empty, expected text"],
    ),
    "items that are a list": (
        with_field("type: array, items: [{type: string}]"), ["4:33: items is a list, expected a mapping"],
    ),
}  # fmt: skip

CONTENT = {
    "a version that is a number": (
        f"dataset_id: shop.orders\nversion: 1.10\n{FIELDS}",
        [
            "2:10: ? '1.10' is read as text; other YAML parsers read it as the number 1.1 (write \"1.10\")",
            "2:1: version is '1.10', expected MAJOR.MINOR.PATCH (write version: \"1.10.0\")",
        ],
    ),
    "a type that does not exist": (
        with_field("type: intger"),
        [f"4:20: type is 'intger', expected one of {TYPES} (did you mean 'integer'?)"],
    ),
    "an enum value of another type": (
        with_field('type: integer, enum: [1, "2", true]'),
        ["4:45: enum value '2' is not of type 'integer'", "4:50: enum value true is not of type 'integer'"],
    ),
    "a key of the wrong name": (
        f"{HEAD}primary_key:\n  - order_id\n  - order_no\n{FIELDS}",
        ["5:5: primary_key lists 'order_no', which is not a field (did you mean 'order_id'?)"],
    ),
    "an element of an element": (
        with_field("type: array, items: {type: array, items: {type: strng}}"),
        [f"4:62: type is 'strng', expected one of {TYPES} (did you mean 'string'?)"],
    ),
    "what an alias repeats": (
        f"{HEAD}x-mail: &mail {{name: mail, type: strng}}\nfields: [*mail]\n",
        [f"3:28: type is 'strng', expected one of {TYPES} (did you mean 'string'?)"],
    ),
}

AMBIGUOUS = {
    "NO": "the boolean false",
    "on": "the boolean true",
    "1.10": "the number 1.1",
    "012": "the number 10",
    "12:30": "the number 750",
    "2024-01-01": "a date",
    "null": "null",
    "~": "null",
}


@pytest.mark.parametrize(("text", "problems"), KEYS.values(), ids=list(KEYS))
def test_an_unknown_key_is_answered_with_the_nearest_known_one(text: str, problems: list[str]) -> None:
    assert list_messages(text) == problems


@pytest.mark.parametrize(("text", "problems"), SHAPES.values(), ids=list(SHAPES))
def test_a_value_of_the_wrong_shape_is_reported_with_what_was_expected(text: str, problems: list[str]) -> None:
    assert list_messages(text) == problems


@pytest.mark.parametrize(("text", "problems"), CONTENT.values(), ids=list(CONTENT))
def test_a_fault_in_the_content_stands_where_it_is_written(text: str, problems: list[str]) -> None:
    assert list_messages(text) == problems


def test_every_cause_is_given_at_once_in_the_order_of_the_file() -> None:
    text = (
        "version: 1\nstatus: live\nprimary_key: [a]\nowners: [{team: 5, mail: b}]\n"
        "fields:\n  - {name: b, type: text}\n  - {name: b, min_length: x}\n"
    )
    assert [each.partition(": ")[2] for each in list_messages(text) if "? " not in each] == [
        "dataset_id is missing (add dataset_id)",
        "version is '1', expected MAJOR.MINOR.PATCH (write version: \"1.0.0\")",
        "status is 'live', expected one of draft, active, deprecated, archived (did you mean 'active'?)",
        "primary_key lists 'a', which is not a field",
        "unknown key 'mail' (remove it, or name it 'x-mail' if it is your own)",
        f"type is 'text', expected one of {TYPES} (did you mean 'string'?)",
        "type is missing (add type)",
        "duplicate field 'b' (rename or remove one of them)",
        "min_length is 'x', expected a whole number",
    ]


@pytest.mark.parametrize("text", [".nan", ".inf", "-.INF", "1e400", "1" * 401], ids=lambda text: text[:10])
def test_what_is_no_finite_number_is_refused_where_it_stands(text: str) -> None:
    reading = read_content("orders.yaml", with_field(f"type: number, minimum: {text}").encode())
    assert reading.is_unreadable
    assert [(each.location.line, each.location.column) for each in reading.problems] == [(4, 43)]
    assert reading.problems[0].message.endswith("is not a finite number")


@pytest.mark.parametrize(("text", "seen"), AMBIGUOUS.items(), ids=list(AMBIGUOUS))
def test_a_text_stays_as_written_and_is_reported_where_others_read_it_otherwise(text: str, seen: str) -> None:
    messages = f"? '{text}' is read as text; other YAML parsers read it as {seen} (write \"{text}\")"
    reading = read_content("a.yaml", f"{HEAD}fields:\n  - {{name: {text}, type: string, enum: [{text}, b]}}\n".encode())
    field = reading.contracts[0].fields[0]
    assert (field.name, field.enum) == (text, (text, "b"))
    assert list_messages(f"{HEAD}fields:\n  - {{name: {text}, type: string}}\n") == [f"4:12: {messages}"]


@pytest.mark.parametrize("text", AMBIGUOUS)
@pytest.mark.parametrize("quote", ["'", '"'])
def test_a_quoted_text_is_nothing_but_a_text(text: str, quote: str) -> None:
    quoted = f"{quote}{text}{quote}"
    assert list_messages(f"{HEAD}fields:\n  - {{name: {quoted}, type: string, enum: [{quoted}]}}\n") == []


def test_the_enum_of_a_number_field_holds_numbers_whatever_key_comes_first() -> None:
    for flow in ("type: integer, enum: [0, 0x1F, 12]", "enum: [0, 0x1F, 12], type: integer"):
        field = read_content("a.yaml", with_field(flow).encode()).contracts[0].fields[0]
        assert field.enum == (0, 31, 12)


def test_a_whole_contract_is_read() -> None:
    text = """
dataset_id: shop.orders
version: "2.1.0"
description: one row per order
status: deprecated
primary_key: [order_id]
owners:
  - {team: commerce-data, contact: "#commerce"}
  - {team: billing}
freshness_sla: {max_lag_seconds: 3600, measurement: event_time}
deprecation_uri: https://wiki.example.com/orders
x-cost-centre: {number: 4711}
fields:
  - {name: order_id, type: string, min_length: 1, unique: true, x-pii: false}
  - {name: total, type: number, required: false, minimum: 0, deprecated: true, description: in EUR}
  - name: lines
    type: array
    max_items: 9
    items: {type: object, fields: [{name: sku, type: string, enum: [a, b]}]}
"""
    (contract,) = read_content("orders.yaml", text.encode()).contracts
    sku = Field("sku", "string", enum=("a", "b"))
    assert contract == Contract(
        "shop.orders",
        "2.1.0",
        (
            Field("order_id", "string", constraints={"min_length": 1, "unique": True}),
            Field("total", "number", False, "in EUR", True, constraints={"minimum": 0}),
            Field("lines", "array", constraints={"max_items": 9}, items=Field("", "object", fields=(sku,))),
        ),
        "one row per order",
        "deprecated",
        ("order_id",),
        (Owner("commerce-data", "#commerce"), Owner("billing")),
        FreshnessSLA(3600, "event_time"),
        "https://wiki.example.com/orders",
    )
    assert contract.path == "orders.yaml"
    places = {path: field.section.locate("type") for path, field in walk_fields(contract.fields) if field.section}
    assert {path: (at.line, at.column) for path, at in places.items()} == {
        "order_id": (14, 22), "total": (15, 19), "lines": (17, 5), "lines[]": (19, 13), "lines[].sku": (19, 48),
    }  # fmt: skip


@pytest.mark.parametrize("flow", ["type: array, items: {type: string, max_length: 4}", "type: string, max_length: 4"])
def test_a_lone_constraint_is_kept(flow: str) -> None:
    field = read_content("a.yaml", with_field(flow).encode()).contracts[0].fields[0]
    assert (field.items or field).constraints == {"max_length": 4}


@pytest.mark.parametrize(
    "written",
    ["description:", "freshness_sla:", "deprecation_uri: ~", "x-own:", "# a note"],
)
def test_a_key_without_a_value_is_a_key_not_written(written: str) -> None:
    plain, odd = (read_content("a.yaml", f"{HEAD}{more}\n{FIELDS}".encode()) for more in ("", written))
    assert odd.contracts == plain.contracts
    assert odd.problems == ()


def test_a_contract_without_a_status_is_a_draft() -> None:
    (read,) = read_content("a.yaml", f"{HEAD}{FIELDS}".encode()).contracts
    field = {"name": "order_id", "type": "string"}
    model = DataContract.model_validate({"dataset_id": "shop.orders", "version": "1.0.0", "fields": [field]})
    made = Contract("shop.orders", "1.0.0", (Field("order_id", "string"),))
    assert [read.status, model.status, made.status] == ["draft"] * 3
    assert read == made == to_record(model)
    assert build_native_mapping(read) == {"dataset_id": "shop.orders", "version": "1.0.0", "fields": [field]}
    assert build_native_mapping(replace(read, status="active"))["status"] == "active"


@pytest.mark.parametrize("own", ["1", "{anything: [1]}", "{name: NO, version: 1.10}", ".nan", "[[a], {b: c}]"])
def test_what_is_the_users_own_is_not_looked_at(own: str) -> None:
    text = f"{HEAD}x-own: {own}\nfields:\n  - {{name: order_id, type: string, x-own: {own}}}\n"
    reading = read_content("a.yaml", text.encode())
    assert reading.contracts == read_content("a.yaml", (HEAD + FIELDS).encode()).contracts
    assert reading.problems == ()


@pytest.mark.parametrize(
    "twist",
    [
        pytest.param(lambda text: "\ufeff" + text, id="a byte order mark"),
        pytest.param(lambda text: text.replace("\n", "\r\n"), id="CRLF"),
        pytest.param(lambda text: text.replace("\n", "  # note\n"), id="comments"),
        pytest.param(lambda text: "---\n" + text + "...\n", id="document marks"),
        pytest.param(lambda text: text.replace("string", "'string'"), id="quotes"),
    ],
)
def test_how_a_contract_is_written_does_not_change_what_it_says(twist: Any) -> None:
    text = HEAD + FIELDS
    assert read_content("a.yaml", twist(text).encode()).contracts == read_content("a.yaml", text.encode()).contracts


@pytest.mark.parametrize(
    ("text", "form"),
    [
        ("dataset_id: a\n", "native"),
        ("version: 1.0.0\nfields: []\n", "native"),
        ("owners: []\nprimary_key: []\n", "native"),
        ("version: 3\nservices: {}\n", None),
        ("name: CI\nfields: []\n", None),
        ("- dataset_id: a\n", None),
        ("dataset_id\n", None),
        ("", None),
        ("# dataset_id: a\n", None),
        ("a: 1\na: 2\n", None),
    ],
)
def test_a_file_is_a_contract_by_its_keys(text: str, form: str | None) -> None:
    assert read_content("a.yaml", text.encode()).format == form


@pytest.mark.parametrize(("text", "claimed"), [("dataset_id: a\n", "a"), ("version: 1.0.0\nfields: []\n", None)])
def test_a_file_that_is_not_valid_still_says_what_it_is_about(text: str, claimed: str | None) -> None:
    reading = read_content("a.yaml", text.encode())
    assert reading.is_unreadable
    assert reading.contracts == ()
    assert reading.dataset_id == claimed


@pytest.mark.parametrize("more", ["version: 1.0.0\n", "x-a: !secret b\n"])
def test_a_file_that_is_refused_still_says_what_it_is_about(more: str) -> None:
    assert read_content("a.yaml", (HEAD + FIELDS + more).encode()).dataset_id == "shop.orders"


@pytest.mark.parametrize("key", ["int", "float", "str", "bool"])
def test_an_unknown_key_may_be_called_like_a_type(key: str) -> None:
    assert list_messages(f"{HEAD}{FIELDS}{key}: 5\n")[0].startswith(f"5:1: unknown key '{key}'")
    assert list_messages(with_field(f"type: string, {key}: 5"))[0].startswith(f"4:34: unknown key '{key}'")


def test_an_enum_beside_a_constraint_of_the_wrong_shape_is_no_accident() -> None:
    assert list_messages(with_field('type: string, enum: [a], min_length: "1"')) == [
        "4:45: min_length is '1', expected a whole number"
    ]


@pytest.mark.parametrize(
    ("type_name", "expected"),
    [
        ("string", "text"),
        ("integer", "a whole number"),
        ("number", "a number"),
        ("boolean", "true or false"),
    ],
)
def test_a_list_in_an_enum_is_reported_with_the_type_of_the_field(type_name: str, expected: str) -> None:
    (messages,) = list_messages(with_field(f"type: {type_name}, enum: [[]]"))
    assert messages.partition(": ")[2] == f"value 1 of enum is a list, expected {expected}"


def test_an_empty_value_in_an_enum_is_reported_with_the_type_of_the_field() -> None:
    assert list_messages(with_field("type: integer, enum: [1, null]")) == [
        "4:45: value 2 of enum is empty, expected a whole number"
    ]


def test_a_list_in_the_enum_of_no_known_type_is_reported_with_all_that_may_be_listed() -> None:
    assert list_messages(with_field("enum: [[]]"))[1:] == [
        "4:27: value 1 of enum is a list, expected text, a number, true or false"
    ]


@pytest.mark.parametrize(
    ("text", "messages"),
    [
        ("1" * 31, []),
        ("100000000000000000001", []),
        ("1e300", ["? '1e300' is read as 1.0e+300; a YAML 1.1 parser reads it as text (write 1.0e+300)"]),
        ("-012", ["? '-012' is read as -12; a YAML 1.1 parser reads it as the number -10 (write -12)"]),
        (f"0{'1' * 32}", [
            f"? '0{'1' * 32}' is read as {'1' * 32}; a YAML 1.1 parser reads it as another number (write {'1' * 32})"
        ]),
    ],
    ids=lambda each: str(each)[:12],
)  # fmt: skip
def test_a_number_is_read_as_written_however_large(text: str, messages: list[str]) -> None:
    assert list_messages(with_field(f"type: number, minimum: {text}")) == [f"4:43: {each}" for each in messages]
    field = read_content("a.yaml", with_field(f"type: number, minimum: {text}").encode()).contracts[0].fields[0]
    assert field.constraints["minimum"] == (float(text) if "e" in text else int(text))


def test_a_long_text_that_others_misread_is_not_repeated_in_full() -> None:
    (messages,) = list_messages(f"{HEAD}{FIELDS}description: {'1' * 1_000}\n")
    seen = "other YAML parsers read it as a number (quote it)"
    assert messages == f"5:14: ? '{'1' * 59}…' is read as text; {seen}"


@pytest.mark.parametrize("digits", [20, 5_000])
def test_a_version_of_too_many_digits_is_refused(digits: int) -> None:
    (messages,) = list_messages(f'dataset_id: shop.orders\nversion: "{"1" * digits}"\n{FIELDS}')
    assert messages.endswith("expected MAJOR.MINOR.PATCH (write numbers of at most 19 digits)")


texts = st.sampled_from(["", " ", "a", "1.0.0", "string", "array", "active", "deprecated", "^a+$"])
sizes: Any = st.sampled_from([None, True, 0, 1, -1, 2.5, [], {}])
values: Any = st.sampled_from([None, True, 0, 1, 2, 1.0, "", "a"])
constraints = {
    "required": sizes, "deprecated": sizes, "unique": sizes, "min_length": sizes, "max_length": sizes,
    "minimum": sizes, "exclusive_maximum": sizes, "multiple_of": sizes, "max_items": sizes, "tpye": sizes,
}  # fmt: skip
text_fields = st.fixed_dictionaries(
    {"name": texts, "type": st.just("string")},
    optional={**constraints, "enum": st.lists(texts, max_size=3) | sizes, "pattern": texts, "format": texts},
)
number_fields = st.fixed_dictionaries(
    {"type": st.sampled_from(["integer", "number", "boolean", "str"])},
    optional={**constraints, "name": texts, "enum": st.lists(values, max_size=3) | sizes},
)
array_fields = st.fixed_dictionaries(
    {"name": texts, "type": st.sampled_from(["array", "object", "json"])},
    optional={**constraints, "items": number_fields | sizes, "fields": st.lists(text_fields, max_size=2) | sizes},
)
raw_contracts = st.fixed_dictionaries(
    {"dataset_id": texts, "version": texts, "fields": st.lists(text_fields | number_fields | array_fields, max_size=2)},
    optional={
        "status": texts, "description": texts | st.none(), "deprecation_uri": texts, "x-own": values,
        "primary_key": st.lists(texts, max_size=2) | sizes,
        "owners": st.lists(st.fixed_dictionaries({"team": texts}, optional={"contact": texts}) | sizes, max_size=2),
        "freshness_sla": st.fixed_dictionaries({}, optional={"max_lag_seconds": sizes, "measurement": texts}) | sizes,
    },
)  # fmt: skip


@given(raw_contracts)
def test_the_reader_and_the_models_say_the_same(raw: dict[str, Any]) -> None:
    reading = read_content("a.yaml", json.dumps(raw).encode())
    try:
        model = DataContract.model_validate(raw)
    except ValidationError:
        assert reading.is_unreadable
        assert reading.contracts == ()
    else:
        assert reading.contracts == (to_record(model),)
        assert reading.problems == ()
