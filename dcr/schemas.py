"""JSON Schemas (draft 2020-12) of everything people write or read: contract, policy, acceptances, report."""

from __future__ import annotations

import json
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from dcr.contract.contract import CONSTRAINTS, TYPES
from dcr.policy.policy import CHOICES, FIXED, MAX_DAYS, SEVERITY_WORDS, Policy

if TYPE_CHECKING:
    from collections.abc import Callable

DRAFT = "https://json-schema.org/draft/2020-12/schema"


_TEXT = {"type": "string", "minLength": 1, "pattern": r"\S"}
_NAME = {"pattern": r"^\S(?:[^\u0000-\u001f\u007f]*\S)?$"}
_ENUM_TYPES = ("string", "integer", "number", "boolean")


def contract_schema() -> dict[str, Any]:
    """Return the schema of the native contract: shapes from the models, and what else JSON Schema can say.

    Keys starting with `x-` are free. That names are unique, keys declared and limits consistent is beyond it.
    """
    from dcr.contract.models import DataContract  # noqa: PLC0415 (pydantic is slow to load)

    schema = DataContract.model_json_schema()
    parts = schema["$defs"]
    for part in (schema, *parts.values()):
        part["patternProperties"] = {"^x-": {"description": "Your own; dcr does not read it."}}
        for property_ in part["properties"].values():
            property_.pop("title", None)
    _narrow(schema, {"dataset_id": _NAME, "fields": {"minItems": 1}, "primary_key": {"uniqueItems": True}})
    _narrow(schema, {"version": {"maxLength": 64}, "deprecation_uri": {"pattern": r"\S"}})
    schema["if"] = {"properties": {"status": {"const": "deprecated"}}, "required": ["status"]}
    schema["then"] = {"properties": {"deprecation_uri": {"type": "string"}}, "required": ["deprecation_uri"]}
    _narrow(parts["Owner"], {"team": {"pattern": r"\S"}})
    _narrow(parts["FreshnessSLA"], {"max_lag_seconds": {"minimum": 1}, "measurement": {"pattern": r"\S"}})
    _narrow(parts["DataField"], {"name": _NAME})
    for part in (parts["ArrayItems"], parts["DataField"]):
        _narrow(part, _LIMITS)
        part["allOf"] = [_of_type(name) for name in TYPES]
    return {"$schema": DRAFT, "$id": "urn:dcr:schema:contract:1", **schema, "title": "dcr data contract"}


_LIMITS: dict[str, dict[str, Any]] = {
    **{key: {"minimum": 0} for key in ("min_length", "max_length", "min_items")},
    "max_items": {"minimum": 1},
    "multiple_of": {"exclusiveMinimum": 0},
    "format": {"pattern": r"\S"},
    "enum": {"minItems": 1, "uniqueItems": True},
    "fields": {"minItems": 1},
}


def _narrow(part: dict[str, Any], more: dict[str, dict[str, Any]]) -> None:
    """Add conditions to properties; they hold for each type that a property may have beside null."""
    for name, conditions in more.items():
        part["properties"][name].update(conditions)


def _of_type(name: str) -> dict[str, Any]:
    """Return what a field of one type must have, and which keys are not for it."""
    nothing = {"type": "null"}
    then: dict[str, Any] = {key: nothing for key, types in CONSTRAINTS.items() if name not in types}
    nesting = {"object": "fields", "array": "items"}
    then.update({key: nothing for owner, key in nesting.items() if owner != name})
    then["enum"] = {"items": {"type": name}} if name in _ENUM_TYPES else nothing
    condition: dict[str, Any] = {"if": {"properties": {"type": {"const": name}}, "required": ["type"]}}
    if name in nesting:
        then[nesting[name]] = {"not": nothing}
        condition["then"] = {"properties": then, "required": [nesting[name]]}
    else:
        condition["then"] = {"properties": then}
    if name == "array":
        then["items"] = {"type": "object", "properties": {"unique": {"enum": [False, None]}}}
    return condition


def policy_schema() -> dict[str, Any]:
    """Return the schema of dcr.toml, and of `[tool.dcr]` in pyproject.toml."""
    from dcr.compatibility.rules import kinds  # noqa: PLC0415

    glob = {"type": "string", "minLength": 1, "pattern": _GLOB}
    defaults = Policy()
    properties: dict[str, Any] = {
        name: {"enum": list(words), "default": getattr(defaults, name), "description": _SETTINGS[name]}
        for name, words in CHOICES.items()
    }
    properties["contracts"] = {
        "anyOf": [glob, {"type": "array", "items": glob, "minItems": 1}],
        "default": list(defaults.contracts),
        "description": _SETTINGS["contracts"],
    }
    properties["exclude"] = {
        "anyOf": [glob, {"type": "array", "items": glob}],
        "default": [],
        "description": _SETTINGS["exclude"],
    }
    properties["min_deprecation_days"] = {
        "type": "integer",
        "minimum": 0,
        "maximum": MAX_DAYS,
        "default": defaults.min_deprecation_days,
        "description": _SETTINGS["min_deprecation_days"],
    }
    properties["base"] = {"type": "string", "minLength": 1, "description": _SETTINGS["base"]}
    properties["modes"] = {
        "type": "object",
        "additionalProperties": {"enum": list(CHOICES["mode"])},
        "description": _SETTINGS["modes"],
    }
    properties["severity"] = {
        "type": "object",
        "properties": {kind: {"enum": list(SEVERITY_WORDS)} for kind in kinds() if kind not in FIXED},
        "additionalProperties": False,
        "description": _SETTINGS["severity"],
    }
    return {
        "$schema": DRAFT,
        "$id": "urn:dcr:schema:policy:1",
        "title": "dcr policy",
        "type": "object",
        "additionalProperties": False,
        "properties": properties,
    }


_GLOB = r"^(?!\.?/)(?!(?:.*/)?\.\.(?:/|$))[^\\\[\]{}]+$"
_SETTINGS = {
    "contracts": "Globs of the files that are contracts; * within a folder, **/ any number of folders.",
    "exclude": "Globs of files that are not looked at.",
    "base": "The ref to compare with when no option or CI variable names one.",
    "mode": "What has to be able to read what.",
    "modes": "Modes of datasets whose id matches a pattern; the first that matches counts.",
    "severity": "Severities of kinds, other than their own.",
    "fail_on": "The severity from which a run ends with exit code 1.",
    "breaking": "Whether a MAJOR bump lets a break through.",
    "draft": "Whether breaks of contracts that were drafts already are only warnings.",
    "transitive_within": "Which released versions a transitive mode compares with: of the same MAJOR, or all.",
    "min_deprecation_days": "Days that a field or contract has to be deprecated on the base before it may go.",
    "accept_from": "The side acceptances are read from; base makes them need a change of their own.",
}


def acceptances_schema() -> dict[str, Any]:
    """Return the schema of dcr.accepted.yaml."""
    from dcr.compatibility.rule import FIELD, all_rules  # noqa: PLC0415
    from dcr.policy.verdicts import NEVER_ACCEPTED  # noqa: PLC0415

    exact = {**_TEXT, "pattern": r"^[^*]*[^*\s][^*]*$"}
    told = "exactly as the report says; no wildcards."
    properties = {
        "dataset": {**exact, "description": f"The dataset_id, {told}"},
        "version": {**_TEXT, "description": "The proposed version that carries the break. Quote it."},
        "kind": {
            "enum": [kind for kind in all_rules() if kind not in NEVER_ACCEPTED],
            "description": "The kind of issue.",
        },
        "field": {**exact, "description": f"The field's path, for kinds about a field; {told}"},
        "reason": {**_TEXT, "description": "Why the break may pass; shown with every use."},
        "expires": {
            "type": "string",
            "format": "date",
            "pattern": r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$",
            "description": "The last day it counts, as YYYY-MM-DD.",
        },
    }
    entry = {
        "type": "object",
        "additionalProperties": False,
        "required": ["dataset", "version", "kind", "reason"],
        "properties": properties,
        "if": {"properties": {"kind": {"enum": [kind for kind, rule in all_rules().items() if rule.about == FIELD]}}},
        "then": {"required": ["field"]},
    }
    return {
        "$schema": DRAFT,
        "$id": "urn:dcr:schema:acceptances:1",
        "title": "dcr acceptances",
        "type": "object",
        "additionalProperties": False,
        "patternProperties": {"^x-": {}},
        "properties": {"accepted": {"type": ["array", "null"], "items": entry}},
    }


def report_schema() -> dict[str, Any]:
    """Return the schema of the JSON report."""
    found: dict[str, Any] = json.loads(files("dcr.reporters").joinpath("report.schema.json").read_text("utf-8"))
    return found


SCHEMAS: dict[str, Callable[[], dict[str, Any]]] = {
    "contract": contract_schema,
    "policy": policy_schema,
    "acceptances": acceptances_schema,
    "report": report_schema,
}
"""Every schema by the name `dcr schema` knows it by."""
