"""Builds the schema of the native contract from the pydantic models and the content rules of JSON Schema."""

from __future__ import annotations

from typing import Any

from dcr.contract.contract import COMPLETE_CONSUMERS, COMPLETENESS_KEY, CONSTRAINTS, TYPES
from dcr.contract.values.patterns import MAX_PATTERN_LENGTH
from dcr.schemas.fragments import EXTENSION_KEYS, build_enum, build_header

_INVISIBLE_CHARACTERS = r"\u0000-\u001f\u007f-\u009f\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff"
_NAME_SHAPE = {
    "pattern": rf"^(?:(?![{_INVISIBLE_CHARACTERS}])\S)(?:[^{_INVISIBLE_CHARACTERS}]*(?![{_INVISIBLE_CHARACTERS}])\S)?$"
}
_ENUM_TYPES = ("string", "integer", "number", "boolean")
_TITLES = {"Owner": "owner", "FreshnessSLA": "freshness promise", "ArrayItems": "array elements", "DataField": "field"}
TYPE_DESCRIPTIONS = {
    "string": "text",
    "integer": "whole numbers; neither 1.0 nor true is an integer",
    "number": "any finite number, including whole numbers",
    "boolean": "true and false",
    "timestamp": "text with date, time and time zone, such as 2024-01-01T00:00:00Z",
    "json": "anything but null",
    "object": "a mapping of its fields",
    "array": "a list of its items",
}
"""The meaning of each type, as in docs/contract.md."""
_STATUS_DESCRIPTIONS = {
    "draft": 'in development; enforced unless the policy sets draft = "warn"',
    "active": "in use",
    "deprecated": "consumers should migrate, as described at deprecation_uri",
    "archived": "no longer in use: must not be edited, and may be removed",
}
EXAMPLE: dict[str, Any] = {
    "dataset_id": "users.daily_active",
    "version": "1.0.0",
    "description": "one row per user and day",
    "status": "active",
    "primary_key": ["user_id", "active_date"],
    "owners": [{"team": "growth-platform", "contact": "#growth-platform"}],
    "freshness_sla": {"max_lag_seconds": 86400, "measurement": "event_time"},
    "fields": [
        {"name": "user_id", "type": "string", "min_length": 1},
        {"name": "active_date", "type": "timestamp"},
        {"name": "plan", "type": "string", "enum": ["free", "pro"], "description": "the plan at the end of the day"},
        {"name": "ltv", "type": "number", "required": False, "minimum": 0},
    ],
}
"""A complete contract: the example of the schema and the source of the examples of its keys."""
_KEY_EXAMPLES: dict[str, dict[str, list[Any]]] = {
    "": {"deprecation_uri": ["https://example.com/moving-to-users-v2"]},
    "DataField": {"name": ["user_id"]},
    "ArrayItems": {
        "format": ["date", "email", "ipv4", "uuid"],
        "pattern": ["^[A-Z]{2}$"],
        "enum": [["free", "pro"]],
        "fields": [[{"name": "city", "type": "string"}]],
        "items": [{"type": "string"}],
    },
}
_SNIPPETS: dict[str, dict[str, Any]] = {
    "": {
        "label": "contract",
        "description": "a new contract",
        "body": {
            "dataset_id": "${1:domain.dataset}",
            "version": '"1.0.0"',
            "description": "${2:one row per …}",
            "owners": [{"team": "${3:team}"}],
            "fields": [{"name": "${4:id}", "type": "${5:string}"}],
        },
    },
    "DataField": {"label": "field", "description": "a new field", "body": {"name": "$1", "type": "${2:string}"}},
    "Owner": {"label": "owner", "description": "a team", "body": {"team": "$1", "contact": '"${2:#channel}"'}},
}
"""Snippets for editors (`defaultSnippets` of yaml-language-server and VS Code)."""


def build_contract_schema() -> dict[str, Any]:
    """Return the schema of the native contract.

    Keys that start with `x-` are allowed. JSON Schema cannot check that names are unique, that keys are fields and that
    limits are consistent.
    """
    from dcr.contract.models import DataContract  # noqa: PLC0415 (pydantic is slow to load)

    schema = DataContract.model_json_schema()
    parts: dict[str, dict[str, Any]] = schema["$defs"]
    for name, part in {"": schema, **parts}.items():
        _simplify_model(name, part)
    _add_conditions(
        schema, {"dataset_id": _NAME_SHAPE, "fields": {"minItems": 1}, "primary_key": {"uniqueItems": True}}
    )
    _add_conditions(schema, {"deprecation_uri": {"pattern": r"\S"}, "status": build_enum(_STATUS_DESCRIPTIONS)})
    message = 'version is not valid, expected MAJOR.MINOR.PATCH in quotes, such as "1.0.0"'
    _add_conditions(schema, {"version": {"maxLength": 64, "errorMessage": message}})
    schema["if"] = {"properties": {"status": {"const": "deprecated"}}, "required": ["status"]}
    schema["then"] = {
        "properties": {"deprecation_uri": {"type": "string"}},
        "required": ["deprecation_uri"],
        "errorMessage": "deprecation_uri is missing: a deprecated contract needs the address of the migration plan",
    }
    _add_conditions(parts["Owner"], {"team": {"pattern": r"\S"}, "contact": {"pattern": r"\S"}})
    _add_conditions(parts["FreshnessSLA"], {"max_lag_seconds": {"minimum": 1}, "measurement": {"pattern": r"\S"}})
    _add_conditions(parts["DataField"], {"name": _NAME_SHAPE})
    for part in (parts["ArrayItems"], parts["DataField"]):
        _add_conditions(part, {**_VALUE_CONDITIONS, "type": build_enum(TYPE_DESCRIPTIONS)})
        part["allOf"] = [_build_type_condition(name) for name in TYPES]
    schema["properties"][COMPLETENESS_KEY] = {
        "description": "Whether all consumers of the dataset are declared. Another value is your own.",
        "examples": [COMPLETE_CONSUMERS],
    }
    head = build_header("contract", "dcr data contract", schema["description"])
    return {**head, "examples": [EXAMPLE], **{key: value for key, value in schema.items() if key not in head}}


def _simplify_model(name: str, part: dict[str, Any]) -> None:
    """Rewrite the schema that pydantic makes of one model so that editors can use it."""
    properties = part["properties"]
    if "name" in properties:  # editors offer the first key first
        properties = {"name": properties["name"], **properties}
    part["properties"] = {key: _simplify_property(value) for key, value in properties.items()}
    part["patternProperties"] = EXTENSION_KEYS
    part["title"] = _TITLES.get(name, "")
    part["description"] = part["description"].partition("\n")[0]
    if name in _SNIPPETS:
        part["defaultSnippets"] = [_SNIPPETS[name]]
    examples = _KEY_EXAMPLES.get("ArrayItems", {}) if name == "DataField" else {}
    given = {key: [value] for key, value in EXAMPLE.items()} if not name else {}
    for key, values in {**given, **examples, **_KEY_EXAMPLES.get(name, {})}.items():
        properties[key].pop("default", None)
        part["properties"][key]["examples"] = values


def _simplify_property(property_: dict[str, Any]) -> dict[str, Any]:
    """Return a property without its title, with one list of types if it may be null, and without a null default.

    An editor inserts the default when it completes a key, and null is never wanted.
    """
    simplified = {key: value for key, value in property_.items() if key not in ("title", "anyOf")}
    if simplified.get("default", ...) is None:
        del simplified["default"]
    choices = property_.get("anyOf", [])
    if not all(set(value) <= {"type", "items"} for value in choices):
        return {**simplified, "anyOf": choices}
    types = [value["type"] for value in choices]
    types = [value for value in types if not (value == "integer" and "number" in types)]
    item_schemas = [value["items"] for value in choices if "items" in value]
    return {**simplified, **({"type": types} if types else {}), **({"items": item_schemas[0]} if item_schemas else {})}


_VALUE_CONDITIONS: dict[str, dict[str, Any]] = {
    **{key: {"minimum": 0} for key in ("min_length", "max_length", "min_items")},
    "max_items": {"minimum": 1},
    "multiple_of": {"exclusiveMinimum": 0},
    "format": {"pattern": r"\S"},
    "pattern": {"maxLength": MAX_PATTERN_LENGTH},
    "enum": {"minItems": 1, "uniqueItems": True},
    "fields": {"minItems": 1},
}


def _add_conditions(part: dict[str, Any], conditions_by_name: dict[str, dict[str, Any]]) -> None:
    """Add conditions to properties; they apply to each type of a property except null."""
    for name, conditions in conditions_by_name.items():
        part["properties"][name].update(conditions)


def _build_type_condition(name: str) -> dict[str, Any]:
    """Return the keys that a field of one type must have, and those that it must not have."""
    then: dict[str, Any] = {
        key: _forbid_key(name, key, *types) for key, types in CONSTRAINTS.items() if name not in types
    }
    nesting = {"object": "fields", "array": "items"}
    then.update({key: _forbid_key(name, key, owner) for owner, key in nesting.items() if owner != name})
    then["enum"] = {"items": {"type": name}} if name in _ENUM_TYPES else _forbid_key(name, "enum", *_ENUM_TYPES)
    condition: dict[str, Any] = {"if": {"properties": {"type": {"const": name}}, "required": ["type"]}}
    if name in nesting:
        then[nesting[name]] = {"not": {"type": "null"}}
        condition["then"] = {"properties": then, "required": [nesting[name]]}
    else:
        condition["then"] = {"properties": then}
    if name == "array":
        then["items"] = {"type": "object", "properties": {"unique": {"enum": [False, None]}}}
    return condition


def _forbid_key(name: str, key: str, *types: str) -> dict[str, Any]:
    """Allow only null for a key, with an error message and without a completion (keys of VS Code's schemas)."""
    type_list = " and ".join(filter(None, (", ".join(types[:-1]), types[-1])))
    message = f"{key} is only for {type_list} fields, and this one is '{name}'"
    return {"type": "null", "errorMessage": message, "doNotSuggest": True}
