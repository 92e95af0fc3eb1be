"""What makes a contract's content valid: every fault at once, each with its place and what to do."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from jsonschema import Draft202012Validator

from dcr.contract.contract import CONSTRAINTS, TYPES
from dcr.contract.validity import find_violations
from dcr.schemas import SCHEMAS
from dcr.text.suggestions import format_suggestion

if TYPE_CHECKING:
    from dcr.contract.violation import Violation

TYPE_LIST = "string, integer, number, boolean, timestamp, json, object, array"
PLAN = "the address of the migration plan"
OBJECT = {"type": "object", "fields": [{"name": "a", "type": "string"}]}
ARRAY = {"type": "array", "items": {"type": "string"}}


def contract(**changes: Any) -> dict[str, Any]:
    whole = {"dataset_id": "shop.orders", "version": "1.0.0", "fields": [{"name": "order_id", "type": "string"}]}
    return whole | changes


def field(**keys: Any) -> dict[str, Any]:
    return contract(fields=[{"name": "amount", "type": "integer", **keys}])


def list_messages(faulty: dict[str, Any]) -> list[str]:
    """Return each fault as `place: message`, followed by its hint where there is one."""
    return [
        f"{format_path(each)}: {each.message}" + (f" ({each.hint})" if each.hint else "")
        for each in find_violations(faulty)
    ]


def format_path(fault: Violation) -> str:
    return ".".join(str(step) for step in fault.path)


HEADER = {
    "a blank id": (contract(dataset_id=" "), "dataset_id: dataset_id is blank (name the dataset)"),
    "an id too long": (
        contract(dataset_id="x" * 129),
        "dataset_id: dataset_id has 129 characters, expected 1 to 128 (shorten it)",
    ),
    "an id with space around it": (
        contract(dataset_id="shop.orders "),
        "dataset_id: dataset_id 'shop.orders ' begins or ends with whitespace (write 'shop.orders')",
    ),
    "an id with a line break": (
        contract(dataset_id="shop\norders"),
        "dataset_id: dataset_id 'shop\norders' contains a line break or tab (write the name on one line)",
    ),
    "an id with a zero-width space": (
        contract(dataset_id="shop\u200borders"),
        "dataset_id: dataset_id 'shop\u200borders' contains an invisible character (remove the character)",
    ),
    "an id that runs backwards": (
        contract(dataset_id="shop\u202eorders"),
        "dataset_id: dataset_id 'shop\u202eorders' contains an invisible character (remove the character)",
    ),
    "a status that does not exist": (
        contract(status="actve"),
        "status: status is 'actve', expected one of draft, active, deprecated, archived (did you mean 'active'?)",
    ),
    "a status like no other": (
        contract(status="live!"),
        "status: status is 'live!', expected one of draft, active, deprecated, archived",
    ),
    "a deprecation without a plan": (
        contract(status="deprecated"),
        f"status: status is 'deprecated' and deprecation_uri is missing (add deprecation_uri: {PLAN})",
    ),
    "a blank plan": (
        contract(deprecation_uri=" "),
        f"deprecation_uri: deprecation_uri is blank (write {PLAN})",
    ),
    "no fields": (
        contract(fields=[]),
        "fields: fields is empty, expected at least one field (add a field: {name: …, type: string})",
    ),
    "a blank team": (
        contract(owners=[{"team": "billing"}, {"team": " "}]),
        "owners.1.team: team is blank (name the team that owns the dataset)",
    ),
    "a lag of nothing": (
        contract(freshness_sla={"max_lag_seconds": 0}),
        "freshness_sla.max_lag_seconds: max_lag_seconds is 0, expected more than 0",
    ),
    "a lag of less": (
        contract(freshness_sla={"max_lag_seconds": -60}),
        "freshness_sla.max_lag_seconds: max_lag_seconds is -60, expected more than 0",
    ),
    "a blank measurement": (
        contract(freshness_sla={"max_lag_seconds": 60, "measurement": ""}),
        "freshness_sla.measurement: measurement is blank (remove it, or write event_time)",
    ),
}

KEYS = {
    "a name that is no field": (
        contract(primary_key=["order"]),
        "primary_key.0: primary_key lists 'order', which is not a field (did you mean 'order_id'?)",
    ),
    "a name like no field": (
        contract(primary_key=["zz"]),
        "primary_key.0: primary_key lists 'zz', which is not a field",
    ),
    "a name twice": (
        contract(primary_key=["order_id", "order_id"]),
        "primary_key.1: duplicate primary_key entry 'order_id' (keep one of them)",
    ),
    "a field that may be missing": (
        contract(primary_key=["a"], fields=[{"name": "a", "type": "string", "required": False}]),
        "primary_key.0: primary_key lists 'a', which is not required (make the field required)",
    ),
    "a nested field": (
        contract(primary_key=["home.a"], fields=[{"name": "home", **OBJECT}]),
        "primary_key.0: primary_key lists 'home.a', which is not a field (did you mean 'home'?)",
    ),
}

FIELDS = {
    "a type that does not exist": (
        field(type="intger"),
        f"fields.0.type: type is 'intger', expected one of {TYPE_LIST} (did you mean 'integer'?)",
    ),
    "another system's word": (
        field(type="VARCHAR"),
        f"fields.0.type: type is 'VARCHAR', expected one of {TYPE_LIST} (did you mean 'string'?)",
    ),
    "a name with a tab": (
        contract(fields=[{"name": "a\tb", "type": "string"}]),
        "fields.0.name: name 'a\tb' contains a line break or tab (write the name on one line)",
    ),
    "one name twice": (
        contract(fields=[{"name": "a", "type": "string"}, {"name": "a", "type": "integer"}]),
        "fields.1.name: duplicate field 'a' (rename or remove one of them)",
    ),
    "one nested name twice": (
        contract(fields=[{"name": "home", "type": "object", "fields": [OBJECT["fields"][0]] * 2}]),
        "fields.0.fields.1.name: duplicate field 'a' (rename or remove one of them)",
    ),
    "an object without fields": (
        field(type="object"),
        "fields.0.type: type is 'object' and fields is missing (add fields, or use type json)",
    ),
    "an object with no fields": (
        field(type="object", fields=[]),
        "fields.0.fields: fields is empty, expected at least one field (add a field: {name: …, type: string})",
    ),
    "an array without items": (
        field(type="array"),
        "fields.0.type: type is 'array' and items is missing (add items, or use type json)",
    ),
    "fields of a number": (
        field(fields=[{"name": "a", "type": "string"}]),
        "fields.0.fields: fields is only for object fields, and this one is 'integer' (remove it)",
    ),
    "items of an object": (
        field(**OBJECT, items={"type": "string"}),
        "fields.0.items: items is only for array fields, and this one is 'object' (remove it)",
    ),
    "unique elements": (
        field(type="array", items={"type": "string", "unique": True}),
        "fields.0.items.unique: unique is not allowed inside an array (remove it)",
    ),
    "an element's own fault": (
        field(type="array", items={"type": "array", "items": {"type": "strng"}}),
        f"fields.0.items.items.type: type is 'strng', expected one of {TYPE_LIST} (did you mean 'string'?)",
    ),
}

LIMITS = {
    "a length below 0": (
        field(type="string", min_length=-1),
        "fields.0.min_length: min_length is -1, expected 0 or more",
    ),
    "a count below 0": (field(**ARRAY, min_items=-1), "fields.0.min_items: min_items is -1, expected 0 or more"),
    "no elements at all": (field(**ARRAY, max_items=0), "fields.0.max_items: max_items is 0, expected 1 or more"),
    "a step of 0": (field(multiple_of=0), "fields.0.multiple_of: multiple_of is 0, expected more than 0"),
    "a step below 0": (field(multiple_of=-2), "fields.0.multiple_of: multiple_of is -2, expected more than 0"),
    "a broken pattern": (
        field(type="string", pattern="("),
        "fields.0.pattern: pattern is not a valid regular expression: missing ), unterminated subpattern at position 0",
    ),
    "a blank format": (field(type="string", format=" "), "fields.0.format: format is blank"),
    "lengths the wrong way round": (
        field(type="string", min_length=3, max_length=2),
        "fields.0.min_length: min_length 3 is greater than max_length 2: no value can be valid",
    ),
    "counts the wrong way round": (
        field(**ARRAY, min_items=3, max_items=2),
        "fields.0.min_items: min_items 3 is greater than max_items 2: no value can be valid",
    ),
    "a range the wrong way round": (
        field(minimum=3, maximum=2),
        "fields.0.minimum: minimum, maximum together allow no integer",
    ),
    "a range without an integer": (
        field(exclusive_minimum=1, exclusive_maximum=2),
        "fields.0.exclusive_minimum: exclusive_minimum, exclusive_maximum together allow no integer",
    ),
    "a range without a multiple": (
        field(type="number", minimum=1, maximum=4, multiple_of=5),
        "fields.0.minimum: minimum, maximum, multiple_of together allow no number",
    ),
}

ENUMS = {
    "no value": (
        field(enum=[]),
        "fields.0.enum: enum is empty, expected at least one value (list the values, or remove enum)",
    ),
    "a list among integers": (
        field(enum=[1, [2]]),
        "fields.0.enum.1: value 2 of enum is a list, expected a whole number",
    ),
    "a mapping among booleans": (
        field(type="boolean", enum=[{}]),
        "fields.0.enum.0: value 1 of enum is a mapping, expected true or false",
    ),
    "a text among integers": (field(enum=[1, "2"]), "fields.0.enum.1: enum value '2' is not of type 'integer'"),
    "a boolean among integers": (field(enum=[1, True]), "fields.0.enum.1: enum value true is not of type 'integer'"),
    "a fraction among integers": (field(enum=[1.5]), "fields.0.enum.0: enum value 1.5 is not of type 'integer'"),
    "an integer among booleans": (
        field(type="boolean", enum=[True, 0]),
        "fields.0.enum.1: enum value 0 is not of type 'boolean'",
    ),
    "nothing among texts": (
        field(type="string", enum=["a", None]),
        "fields.0.enum.1: value 2 of enum is empty, expected text",
    ),
    "a value twice": (field(enum=[1, 2, 1]), "fields.0.enum.2: duplicate enum value 1 (keep one of them)"),
    "a number twice in other words": (
        field(type="number", enum=[1, 1.0]),
        "fields.0.enum.1: duplicate enum value 1.0 (keep one of them)",
    ),
    "a value too large": (
        field(enum=[1, 9], maximum=5),
        "fields.0.enum.1: enum value 9 does not satisfy the field's own maximum",
    ),
    "a value too long": (
        field(type="string", enum=["ab"], max_length=1),
        "fields.0.enum.0: enum value 'ab' does not satisfy the field's own max_length",
    ),
    "a value of another pattern": (
        field(type="string", enum=["ab"], pattern="^[0-9]+$"),
        "fields.0.enum.0: enum value 'ab' does not satisfy the field's own pattern",
    ),
    **{
        f"an enum of {key} fields": (
            field(**each, enum=["a"]),
            f"fields.0.enum: enum is not for {key} fields (remove it)",
        )
        for key, each in {
            "timestamp": {"type": "timestamp"},
            "json": {"type": "json"},
            "object": OBJECT,
            "array": ARRAY,
        }.items()
    },
}

EVERY_FAULT = {**HEADER, **KEYS, **FIELDS, **LIMITS, **ENUMS}
SAMPLES: dict[str, Any] = {"pattern": "a", "format": "ticket", "unique": True, "multiple_of": 1, "max_items": 1}


@pytest.mark.parametrize(("faulty", "message"), EVERY_FAULT.values(), ids=list(EVERY_FAULT))
def test_one_cause_is_one_fault_with_its_place(faulty: dict[str, Any], message: str) -> None:
    assert list_messages(faulty) == [message]


BEYOND_JSON_SCHEMA = {
    "a name that is no field", "a name like no field", "a field that may be missing", "a nested field",
    "one name twice", "one nested name twice", "a broken pattern", "lengths the wrong way round",
    "counts the wrong way round", "a range the wrong way round", "a range without an integer",
    "a range without a multiple", "a value too large", "a value too long", "a value of another pattern",
}  # fmt: skip
"""Faults that an editor cannot see by a schema: they are about two places at once, or about what a pattern means."""


def test_the_schema_refuses_every_fault_but_those_that_no_schema_can_tell() -> None:
    schema = Draft202012Validator(SCHEMAS["contract"]())
    assert {name for name, (faulty, _) in EVERY_FAULT.items() if schema.is_valid(faulty)} == BEYOND_JSON_SCHEMA


def test_a_blank_name_is_a_fault() -> None:
    for name in ("", " ", "\u3000"):
        assert [each.message for each in find_violations(contract(fields=[{"name": name, "type": "string"}]))] == [
            "name is blank"
        ]


@pytest.mark.parametrize(
    ("version", "hint"),
    [
        ("1.0", 'write version: "1.0.0"'),
        ("1", 'write version: "1.0.0"'),
        ("v2.3", 'write version: "2.3.0"'),
        ("1.02.3", 'write version: "1.2.3"'),
        ("01.2.3", 'write version: "1.2.3"'),
        ("1.2.3.4", 'write three numbers, as in version: "1.0.0"'),
        ("1.2.3-rc.1", 'write three numbers, as in version: "1.0.0"'),
        ("1.2.3+build", 'write three numbers, as in version: "1.0.0"'),
        ("latest", 'write three numbers, as in version: "1.0.0"'),
        ("", 'write three numbers, as in version: "1.0.0"'),
        ("1.2.3\n", 'write three numbers, as in version: "1.0.0"'),
        ("\uff11.2.3", 'write version: "1.2.3"'),
        (f"1.0.{'9' * 20}", "write numbers of at most 19 digits"),
        ("9" * 20, "write numbers of at most 19 digits"),
    ],
)
def test_a_version_is_three_numbers_and_the_hint_says_which(version: str, hint: str) -> None:
    expected = f"version: version is '{version}', expected MAJOR.MINOR.PATCH ({hint})"
    assert list_messages(contract(version=version)) == [expected]


@pytest.mark.parametrize("version", ["0.0.0", "1.0.0", "10.20.30", f"1.0.{'9' * 19}"])
def test_three_numbers_without_leading_zeros_are_a_version(version: str) -> None:
    assert list_messages(contract(version=version)) == []


@pytest.mark.parametrize("key", CONSTRAINTS)
def test_a_constraint_stands_only_on_the_types_it_is_for(key: str) -> None:
    for name in TYPES:
        nested = OBJECT if name == "object" else ARRAY if name == "array" else {"type": name}
        messages = list_messages(field(**nested, **{key: SAMPLES.get(key, 0)}))
        allowed = " and ".join(CONSTRAINTS[key])
        wrong = f"fields.0.{key}: {key} is only for {allowed} fields, and this one is '{name}' (remove it)"
        assert messages == ([] if name in CONSTRAINTS[key] else [wrong])


def test_every_cause_is_given_at_once_and_in_order() -> None:
    faulty = contract(
        dataset_id=" ",
        version="1",
        status="deprecated",
        primary_key=["b"],
        owners=[{"team": ""}],
        fields=[
            {"name": "a", "type": "str"},
            {"name": "a", "type": "integer", "minimum": 2, "maximum": 1},
            {"name": "c", "type": "array", "items": {"type": "object", "fields": []}},
        ],
    )
    assert [format_path(each) for each in find_violations(faulty)] == [
        "dataset_id", "version", "status",
        "fields.0.type", "fields.1.name", "fields.1.minimum", "fields.2.items.fields",
        "primary_key.0", "owners.0.team",
    ]  # fmt: skip


@pytest.mark.parametrize(
    "odd",
    [
        contract(dataset_id=5, version=1.0, status=[], fields="a"),
        contract(fields=[None, "a", {"name": 5, "type": 7}]),
        contract(primary_key="order_id", owners="billing", freshness_sla=[]),
        field(enum="a", minimum="1", maximum=[]),
        field(type="string", pattern=5, format=1, min_length="2"),
        field(type="array", items=[]),
        field(type="object", fields="a"),
        {},
    ],
)
def test_parts_of_the_wrong_shape_are_left_to_the_models(odd: dict[str, Any]) -> None:
    assert list_messages(odd) == []


@pytest.mark.parametrize(
    ("wrong", "hint"),
    [
        ("reqired", "did you mean 'required'?"),
        ("Required", "did you mean 'required'?"),
        ("max-length", "did you mean 'max_length'?"),
        ("zzz", ""),
    ],
)
def test_a_misspelt_word_is_answered_with_the_nearest_known_one(wrong: str, hint: str) -> None:
    assert format_suggestion(wrong, ["required", "max_length", "type"]) == hint


def test_a_long_word_is_compared_with_nothing() -> None:
    assert format_suggestion("a" * 100, ["a" * 99]) != ""
    assert format_suggestion("a" * 101, ["a" * 99]) == ""
