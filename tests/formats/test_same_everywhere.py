"""One dataset in every format: the same change is the same break, at the line a person would edit."""

from __future__ import annotations

import json
from random import Random
from typing import Any

import pytest
from foreign_texts import edited, issues, kinds, line_of
from soundness.edits import edited as other_than
from soundness.generate import contract

from dcr.compatibility.migration import normalize_field
from dcr.compatibility.rule import FIELD, load_rules
from dcr.formats import read_content

NATIVE = """\
dataset_id: shop.orders
version: "1.0.0"
status: active
primary_key: [order_id]
owners: [{team: checkout}]
freshness_sla: {max_lag_seconds: 3600}
fields:
  - name: order_id
    type: string
    max_length: 36
  - name: status
    type: string
    enum: [placed, packed, shipped]
  - name: note
    type: string
    required: false
    max_length: 200
  - name: amount
    type: number
    minimum: 0
  - name: pieces
    type: integer
    required: false
  - name: address
    type: object
    required: false
    fields:
      - name: city
        type: string
      - name: zip
        type: string
        required: false
        pattern: "^[0-9]+$"
"""
ODCS = """\
kind: DataContract
apiVersion: v3.1.0
id: shop
version: 1.0.0
status: active
team: {name: checkout}
schema:
  - name: orders
    properties:
      - name: order_id
        logicalType: string
        required: true
        primaryKey: true
        logicalTypeOptions:
          maxLength: 36
      - name: status
        logicalType: string
        required: true
        quality:
          - {metric: invalidValues, mustBe: 0, arguments: {validValues: [placed, packed, shipped]}}
      - name: note
        logicalType: string
        logicalTypeOptions:
          maxLength: 200
      - name: amount
        logicalType: number
        required: true
        logicalTypeOptions:
          minimum: 0
      - name: pieces
        logicalType: integer
      - name: address
        logicalType: object
        properties:
          - name: city
            logicalType: string
            required: true
          - name: zip
            logicalType: string
            logicalTypeOptions:
              pattern: "^[0-9]+$"
slaProperties:
  - {property: latency, value: 1, unit: h}
"""
DCS = """\
dataContractSpecification: 1.1.0
id: shop
info:
  version: 1.0.0
  status: active
  owner: checkout
models:
  orders:
    primaryKey: [order_id]
    fields:
      order_id:
        type: string
        required: true
        maxLength: 36
      status:
        type: string
        required: true
        enum: [placed, packed, shipped]
      note:
        type: string
        maxLength: 200
      amount:
        type: number
        required: true
        minimum: 0
      pieces:
        type: integer
      address:
        type: object
        fields:
          city:
            type: string
            required: true
          zip:
            type: string
            pattern: "^[0-9]+$"
servicelevels:
  freshness:
    threshold: 1h
"""
DBT = """\
models:
  - name: orders
    config: {contract: {enforced: true}, group: checkout}
    columns:
      - name: order_id
        data_type: string
        constraints: [{type: primary_key}]
      - name: status
        data_type: string
        constraints: [{type: not_null}]
      - name: note
        data_type: string
      - name: amount
        data_type: number
        constraints: [{type: not_null}]
      - name: pieces
        data_type: integer
"""
VALUES_OF_3_2 = """\
        enum:
          - {value: placed, id: first}
          - value: packed
          - value: shipped
"""
ODCS_3_2 = edited(
    edited(ODCS, ("apiVersion: v3.1.0", "apiVersion: v3.2.0")),
    (ODCS[ODCS.index("        quality:\n") : ODCS.index("      - name: note")], VALUES_OF_3_2),
)
TEXTS = {"native": NATIVE, "odcs": ODCS, "odcs 3.2": ODCS_3_2, "dcs": DCS, "dbt": DBT}
Edit = tuple[str, str]

# For each change and format: the passage, what replaces it, and the line to edit as a passage of the new file.
CHANGES: dict[str, dict[str, tuple[str, str, str]]] = {
    "a field removed": {
        "native": ("  - name: pieces\n    type: integer\n    required: false\n", "", "fields:\n  - name: order_id"),
        "odcs": ("      - name: pieces\n        logicalType: integer\n", "", "    properties:\n      - name: order_id"),
        "dcs": ("      pieces:\n        type: integer\n", "", "    fields:\n      order_id:"),
        "dbt": ("      - name: pieces\n        data_type: integer\n", "", "    columns:"),
    },
    "a nested field removed": {
        "native": (
            '      - name: zip\n        type: string\n        required: false\n        pattern: "^[0-9]+$"\n',
            "",
            "    fields:\n      - name: city",
        ),
        "odcs": (
            ODCS[ODCS.index("          - name: zip") : ODCS.index("slaProperties")],
            "",
            "        properties:\n          - name: city",
        ),
        "dcs": (
            '          zip:\n            type: string\n            pattern: "^[0-9]+$"\n',
            "",
            "        fields:\n          city:",
        ),
    },
    "a type changed": {
        "native": ("type: integer", "type: number", "type: number\n    required: false"),
        "odcs": ("logicalType: integer", "logicalType: number", "logicalType: number\n      - name: address"),
        "dcs": ("type: integer", "type: number", "type: number\n      address:"),
        "dbt": ("data_type: integer", "data_type: number", "data_type: number\n!last"),
    },
    "a required field added": {
        "native": ("  - name: pieces\n", "  - {name: more, type: string}\n  - name: pieces\n", "{name: more"),
        "odcs": (
            "      - name: pieces\n",
            "      - {name: more, logicalType: string, required: true}\n      - name: pieces\n",
            "{name: more",
        ),
        "dcs": (
            "      pieces:\n",
            "      more:\n        type: string\n        required: true\n      pieces:\n",
            "more:\n",
        ),
        "dbt": (
            "      - name: pieces\n",
            "      - {name: more, data_type: string, constraints: [{type: not_null}]}\n      - name: pieces\n",
            "{name: more",
        ),
    },
    "an optional field added": {
        "native": ("  - name: pieces\n", "  - {name: more, type: string, required: false}\n  - name: pieces\n", ""),
        "odcs": ("      - name: pieces\n", "      - {name: more, logicalType: string}\n      - name: pieces\n", ""),
        "dcs": ("      pieces:\n", "      more: {type: string}\n      pieces:\n", ""),
        "dbt": ("      - name: pieces\n", "      - {name: more, data_type: string}\n      - name: pieces\n", ""),
    },
    "became required": {
        "native": ("type: integer\n    required: false", "type: integer\n    required: true", "required: true"),
        "odcs": (
            "logicalType: integer\n",
            "logicalType: integer\n        required: true\n",
            "required: true\n      - name: address",
        ),
        "dcs": ("type: integer\n", "type: integer\n        required: true\n", "required: true\n      address:"),
        "dbt": ("data_type: integer\n", "data_type: integer\n        constraints: [{type: not_null}] # new\n", "# new"),
    },
    "became optional": {
        "native": ("type: number\n", "type: number\n    required: false\n", "required: false\n    minimum"),
        "odcs": ("number\n        required: true\n", "number\n        required: false\n", "required: false"),
        "dcs": ("number\n        required: true\n", "number\n        required: false\n", "required: false"),
        "dbt": (
            "number\n        constraints: [{type: not_null}]\n",
            "number\n        constraints: [] # none\n",
            "# none",
        ),
    },
    "a nested field required": {
        "native": (
            "        type: string\n        required: false\n        pattern",
            "        type: string\n        required: true\n        pattern",
            "required: true",
        ),
        "odcs": (
            "            logicalTypeOptions:\n              pattern",
            "            required: true # new\n            logicalTypeOptions:\n              pattern",
            "# new",
        ),
        "dcs": ("            pattern", "            required: true # new\n            pattern", "# new"),
    },
    "an enum value removed": {
        name: ("placed, packed, shipped]", "placed, shipped]", word)
        for name, word in (("native", "enum:"), ("odcs", "{metric: invalidValues"), ("dcs", "enum:"))
    },
    "an enum value added": {
        name: ("placed, packed, shipped]", "placed, packed, shipped, lost]", word)
        for name, word in (("native", "enum:"), ("odcs", "{metric: invalidValues"), ("dcs", "enum:"))
    },
    "a length smaller": {
        "native": ("max_length: 200", "max_length: 100", "max_length: 100"),
        "odcs": ("maxLength: 200", "maxLength: 100", "maxLength: 100"),
        "dcs": ("maxLength: 200", "maxLength: 100", "maxLength: 100"),
    },
    "a length larger": {
        "native": ("max_length: 200", "max_length: 300", "max_length: 300"),
        "odcs": ("maxLength: 200", "maxLength: 300", "maxLength: 300"),
        "dcs": ("maxLength: 200", "maxLength: 300", "maxLength: 300"),
    },
    "a bound is out": {
        "native": ("minimum: 0", "exclusive_minimum: 0", "exclusive_minimum"),
        "odcs": ("minimum: 0", "exclusiveMinimum: 0", "exclusiveMinimum"),
        "dcs": ("minimum: 0", "exclusiveMinimum: 0", "exclusiveMinimum"),
    },
    "a pattern stricter": dict.fromkeys(("native", "odcs", "dcs"), ("^[0-9]+$", "^[0-9]{5}$", "^[0-9]{5}$")),
    "became unique": {
        "native": ("    max_length: 200", "    max_length: 200\n    unique: true", "unique: true"),
        "odcs": ("      - name: note\n", "      - name: note\n        unique: true\n", "unique: true"),
        "dcs": ("        maxLength: 200", "        maxLength: 200\n        unique: true", "unique: true"),
        "dbt": (
            "note\n        data_type: string\n",
            "note\n        data_type: string\n        constraints: [{type: unique}]\n",
            "{type: unique}",
        ),
    },
    "less fresh": {
        "native": ("max_lag_seconds: 3600", "max_lag_seconds: 7200", "freshness_sla"),
        "odcs": ("value: 1, unit: h", "value: 2, unit: h", "value: 2"),
        "dcs": ("threshold: 1h", "threshold: 2h", "threshold: 2h"),
    },
    "the owner gone": {
        "native": ("owners: [{team: checkout}]", "owners: []", "owners"),
        "odcs": ("team: {name: checkout}", "team: []", "team"),
        "dcs": ("  owner: checkout\n", "", "info:"),
    },
}
CHANGES["an enum value removed"]["odcs 3.2"] = ("          - value: packed\n", "", "enum:")
CHANGES["an enum value added"]["odcs 3.2"] = (
    "- value: shipped\n", "- value: shipped\n          - {value: lost, tags: [new]}\n", "enum:"
)  # fmt: skip
for _edits in CHANGES.values():
    _edits.setdefault("odcs 3.2", _edits["odcs"])  # the other keys are those of v3.1


@pytest.mark.parametrize("mode", ["backward", "forward", "full"])
@pytest.mark.parametrize("change", CHANGES)
def test_a_change_is_the_same_break_in_every_format(change: str, mode: str) -> None:
    properties = {}
    for name, (old, new, _) in CHANGES[change].items():
        found = issues(TEXTS[name], edited(TEXTS[name], (old, new)), mode)
        stored = {"physical_type_changed"} if name == "dbt" else set()
        properties[name] = {
            (issue.kind, issue.field, issue.modes) for issue in found if issue.kind in kinds(found) - stored
        }
    assert all(each == properties["native"] for each in properties.values()), properties


@pytest.mark.parametrize("name", TEXTS)
@pytest.mark.parametrize("change", CHANGES)
def test_each_is_reported_at_the_line_to_edit(change: str, name: str) -> None:
    if name not in CHANGES[change]:
        pytest.skip(f"{name} cannot declare it")
    old, new, passage = CHANGES[change][name]
    after = edited(TEXTS[name], (old, new))
    found = issues(TEXTS[name], after)
    lines = {issue.location.line for issue in found if issue.location and issue.kind in kinds(found)}
    wanted = {after.count("\n")} if passage.endswith("!last") else {line_of(after, passage)} if passage else set()
    assert lines == wanted, found


def test_the_texts_say_the_same() -> None:
    meant = {name: read_content(f"{name}.yaml", text.encode()).contracts[0] for name, text in TEXTS.items()}
    for name in ("odcs", "odcs 3.2", "dcs"):
        assert tuple(normalize_field(each) for each in meant[name].fields) == meant["native"].fields
        assert meant[name].primary_key == meant["native"].primary_key
        assert meant[name].freshness_sla == meant["native"].freshness_sla
    assert [each.type for each in meant["dbt"].fields] == [each.type for each in meant["native"].fields[:5]]
    assert [each.required for each in meant["dbt"].fields] == [each.required for each in meant["native"].fields[:5]]


# Drawn contracts, written in each of four formats.

PAIRS, SEED = 300, 20_240
WORDS = {
    "min_length": "minLength", "max_length": "maxLength", "pattern": "pattern", "format": "format",
    "minimum": "minimum", "maximum": "maximum", "exclusive_minimum": "exclusiveMinimum",
    "exclusive_maximum": "exclusiveMaximum", "multiple_of": "multipleOf", "min_items": "minItems",
    "max_items": "maxItems",
}  # fmt: skip
Mapping = dict[str, Any]


def sayable(field: Mapping) -> bool:
    """Whether every format can declare a field."""
    inner = [*field.get("fields", ()), *([field["items"]] if "items" in field else [])]
    if field["type"] == "json" or (field["type"] == "timestamp" and "enum" in field):
        return False
    return all(map(sayable, inner))


def as_odcs(field: Mapping, *, objects: bool = False) -> Mapping:
    """Return a property; `objects` is whether its allowed values are objects, as v3.2 has them."""
    properties: Mapping = {"logicalType": field["type"], "required": field.get("required", True)}
    options = {word: field[key] for key, word in WORDS.items() if key in field}
    if options:
        properties["logicalTypeOptions"] = options
    if field.get("unique"):
        properties["unique"] = True
    if "enum" in field and objects:
        properties["enum"] = [{"value": each, "id": f"value_{number}"} for number, each in enumerate(field["enum"])]
    elif "enum" in field:
        properties["quality"] = [{"metric": "invalidValues", "mustBe": 0, "arguments": {"validValues": field["enum"]}}]
    if "fields" in field:
        properties["properties"] = [
            {"name": each["name"], **as_odcs(each, objects=objects)} for each in field["fields"]
        ]
    if "items" in field:
        properties["items"] = as_odcs(field["items"], objects=objects)
    return properties


def as_dcs(field: Mapping) -> Mapping:
    properties: Mapping = {"type": field["type"], "required": field.get("required", True)}
    properties |= {word: field[key] for key, word in WORDS.items() if key in field}
    properties |= {key: field[key] for key in ("unique", "enum") if field.get(key)}
    if "fields" in field:
        properties["fields"] = {each["name"]: as_dcs(each) for each in field["fields"]}
    if "items" in field:
        properties["items"] = as_dcs(field["items"])
    return properties


def in_every_format(fields: list[Mapping]) -> dict[str, str]:
    """Return texts of three formats that declare the same for some fields."""
    columns, columns_3_2 = (
        [{"name": each["name"], **as_odcs(each, objects=objects)} for each in fields] for objects in (False, True)
    )
    odcs = {"kind": "DataContract", "apiVersion": "v3.1.0", "id": "sales", "version": "1.0.0"}
    info = {"version": "1.0.0", "owner": "sales"}
    models = {"orders": {"fields": {each["name"]: as_dcs(each) for each in fields}}}
    native = {"dataset_id": "sales.orders", "version": "1.0.0", "owners": [{"team": "sales"}], "fields": fields}
    texts = {
        "native": native,
        "odcs": {**odcs, "team": {"name": "sales"}, "schema": [{"name": "orders", "properties": columns}]},
        "odcs 3.2": {
            **odcs, "apiVersion": "v3.2.0", "team": {"name": "sales"},
            "schema": [{"name": "orders", "properties": columns_3_2}],
        },
        "dcs": {"dataContractSpecification": "1.1.0", "id": "sales", "info": info, "models": models},
    }  # fmt: skip
    return {name: json.dumps(text, ensure_ascii=False, indent=1) for name, text in texts.items()}


def drawn_pair(rng: Random) -> tuple[list[Mapping], list[Mapping]] | None:
    """Return the fields of a drawn contract and of an edited one, if every format can declare both."""
    before = contract(rng)
    before.pop("primary_key", None)
    after, _ = other_than(rng, before, rng.randint(1, 3))
    fields = (before["fields"], after["fields"])
    valid = all(read_content("a.yaml", in_every_format(each)["native"].encode()).contracts for each in fields)
    return fields if valid and all(sayable(each) for side in fields for each in side) else None


def test_drawn_changes_are_the_same_breaks_in_every_format() -> None:
    rules = {kind for kind, rule in load_rules().items() if rule.about == FIELD}
    judged = breaking = number = 0
    while judged < PAIRS:
        rng, number = Random(f"{SEED} {number}"), number + 1
        sides = drawn_pair(rng)
        if sides is None:
            continue
        before, after = (in_every_format(side) for side in sides)
        for mode in ("backward", "forward", "full"):
            verdicts = {
                name: sorted(
                    (issue.kind, issue.field or "", issue.modes)
                    for issue in issues(before[name], after[name], mode)
                    if issue.kind in rules
                )
                for name in before
            }
            assert verdicts["odcs"] == verdicts["native"], (number, sides)
            assert verdicts["odcs 3.2"] == verdicts["native"], (number, sides)
            assert verdicts["dcs"] == verdicts["native"], (number, sides)
        judged += 1
        breaking += bool(verdicts["native"])
    assert breaking > PAIRS / 4
