"""Defines the schemas of the OpenAPI document, with those that dcr publishes."""

from __future__ import annotations

from typing import Any

from dcr.api.http.problems import TYPE_PREFIX
from dcr.compatibility.modes import MODES
from dcr.contract.contract import STATUSES, TYPES
from dcr.schemas import load_report_schema
from dcr.schemas.contract import build_contract_schema

EXAMPLE_COMMIT = "4b825dc642cb6eb9a060e54bf8d69288fbee4904"
_EXAMPLE_ISSUE: dict[str, Any] = {
    "kind": "field_removed",
    "severity": "error",
    "field": "ltv",
    "modes": ["backward"],
    "breaks": "consumers",
    "message": "field 'ltv' was removed",
    "consumers": [
        {
            "consumer": "finance.revenue_dashboard",
            "source": "consumer",
            "owners": [{"team": "finance", "contact": "#finance-data"}],
            "reads": "queries",
            "location": {"path": "consumers/finance/revenue.yaml", "line": 5, "column": 5},
        }
    ],
}
TEXT: dict[str, Any] = {"type": "string"}
OPTIONAL_TEXT: dict[str, Any] = {"type": ["string", "null"]}
OBJECT: dict[str, Any] = {"type": "object"}

SCHEMAS: dict[str, Any] = {
    "Owner": {
        "type": "object",
        "required": ["team", "contact"],
        "properties": {"team": TEXT, "contact": OPTIONAL_TEXT},
    },
    "Contract": {
        "type": "object",
        "description": "One version of a dataset, in the keys of the native format, whatever format its file has.",
        "required": ["dataset_id", "version", "status", "owners", "fields", "primary_key"],
        "properties": {
            "dataset_id": TEXT,
            "version": TEXT,
            "description": OPTIONAL_TEXT,
            "status": {"enum": list(STATUSES)},
            "primary_key": {"type": "array", "items": TEXT},
            "owners": {"type": "array", "items": {"$ref": "#/components/schemas/Owner"}},
            "freshness_sla": {"type": ["object", "null"]},
            "deprecation_uri": OPTIONAL_TEXT,
            "format": TEXT,
            "fields": {"type": "array", "items": {"$ref": "#/components/schemas/Field"}},
        },
    },
    "Field": {
        "type": "object",
        "required": ["name", "type", "required"],
        "properties": {
            "name": TEXT,
            "type": {"type": "string", "examples": list(TYPES)},
            "required": {"type": "boolean"},
            "description": OPTIONAL_TEXT,
            "deprecated": {"type": "boolean"},
            "enum": {"type": ["array", "null"]},
            "fields": {"type": "array", "items": {"$ref": "#/components/schemas/Field"}},
            "items": OBJECT,
        },
    },
    "Compatibility": {
        "type": "object",
        "required": ["compatible", "mode", "issues"],
        "properties": {
            "compatible": {"type": "boolean"},
            "mode": {"enum": [*MODES, None]},
            "issues": {"type": "array", "items": {"$ref": "#/components/schemas/Issue"}},
            "required_bump": {"enum": ["none", "patch", "minor", "major"]},
            "actual_bump": OPTIONAL_TEXT,
        },
    },
    "Issue": {
        "type": "object",
        "required": ["kind", "severity", "message"],
        "properties": {
            "kind": TEXT,
            "severity": {"enum": ["error", "warning", "info"]},
            "field": OPTIONAL_TEXT,
            "message": TEXT,
            "consumers": {
                "type": ["array", "null"],
                "items": OBJECT,
                "description": "The declared consumers that the issue breaks. Null if none are declared at all.",
            },
        },
        "example": _EXAMPLE_ISSUE,
    },
    "Problem": {
        "type": "object",
        "description": "An error, as in RFC 9457. `type` is a name: nothing is served there.",
        "required": ["type", "title", "status", "detail"],
        "properties": {
            "type": TEXT,
            "title": TEXT,
            "status": {"type": "integer"},
            "detail": {
                "description": "Text. For a version that is not compatible, the object that the seed's API returns.",
                "oneOf": [TEXT, {"$ref": "#/components/schemas/Compatibility"}],
            },
            "hint": TEXT,
            "errors": {"type": "array", "items": OBJECT},
        },
        "example": {
            "type": f"{TYPE_PREFIX}not-found",
            "title": "Not Found",
            "status": 404,
            "detail": "there is no dataset 'users.daily'",
            "hint": "GET /datasets lists all of them",
        },
    },
}


def build_schemas() -> dict[str, Any]:
    """Return all schemas of the document, with those that dcr publishes."""
    found = dict(SCHEMAS)
    _add_schema(found, "NativeContract", build_contract_schema())
    _add_schema(found, "Report", load_report_schema())
    return found


def _add_schema(schemas: dict[str, Any], name: str, schema: dict[str, Any]) -> None:
    """Add a schema and its definitions, with references that fit the document."""
    own = {key: value for key, value in schema.items() if key not in ("$defs", "$schema", "$id")}
    schemas[name] = _move_references(own, name)
    for key, value in schema.get("$defs", {}).items():
        schemas[f"{name}.{key}"] = _move_references(value, name)


def _move_references(value: Any, name: str) -> Any:
    if isinstance(value, dict):
        return {
            key: each.replace("#/$defs/", f"#/components/schemas/{name}.")
            if key == "$ref" and isinstance(each, str)
            else _move_references(each, name)
            for key, each in value.items()
        }
    return [_move_references(each, name) for each in value] if isinstance(value, list) else value
