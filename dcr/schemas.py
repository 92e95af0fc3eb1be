"""JSON Schemas (draft 2020-12) of everything people write or read: contract, policy, acceptances, report."""

from __future__ import annotations

import json
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from dcr.policy.policy import CHOICES, SEVERITY_WORDS, Policy

if TYPE_CHECKING:
    from collections.abc import Callable

DRAFT = "https://json-schema.org/draft/2020-12/schema"


def contract_schema() -> dict[str, Any]:
    """Return the schema of the native contract, made from the models; keys starting with `x-` are free."""
    from dcr.contract.models import DataContract  # noqa: PLC0415 (pydantic is slow to load)

    schema = DataContract.model_json_schema()
    for part in (schema, *schema["$defs"].values()):
        part["patternProperties"] = {"^x-": {"description": "Your own; dcr does not read it."}}
        for property_ in part["properties"].values():
            property_.pop("title", None)
    return {"$schema": DRAFT, "$id": "urn:dcr:schema:contract:1", **schema, "title": "dcr data contract"}


def policy_schema() -> dict[str, Any]:
    """Return the schema of dcr.toml, and of `[tool.dcr]` in pyproject.toml."""
    from dcr.compatibility.rules import kinds  # noqa: PLC0415

    globs = {"type": "array", "items": {"type": "string", "minLength": 1}}
    defaults = Policy()
    properties: dict[str, Any] = {
        name: {"enum": list(words), "default": getattr(defaults, name), "description": _SETTINGS[name]}
        for name, words in CHOICES.items()
    }
    properties["contracts"] = {
        **globs, "minItems": 1, "default": list(defaults.contracts), "description": _SETTINGS["contracts"]
    }  # fmt: skip
    properties["exclude"] = {**globs, "default": [], "description": _SETTINGS["exclude"]}
    properties["base"] = {"type": "string", "minLength": 1, "description": _SETTINGS["base"]}
    properties["modes"] = {
        "type": "object",
        "additionalProperties": {"enum": list(CHOICES["mode"])},
        "description": _SETTINGS["modes"],
    }
    properties["severity"] = {
        "type": "object",
        "properties": {kind: {"enum": list(SEVERITY_WORDS)} for kind in kinds()},
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
    "accept_from": "The side acceptances are read from; base makes them need a change of their own.",
}


def acceptances_schema() -> dict[str, Any]:
    """Return the schema of dcr.accepted.yaml."""
    from dcr.compatibility.rules import kinds  # noqa: PLC0415
    from dcr.policy.verdicts import NEVER_ACCEPTED  # noqa: PLC0415

    text = {"type": "string", "minLength": 1}
    exact = "Exactly as the report says; no wildcards."
    entry = {
        "type": "object",
        "additionalProperties": False,
        "required": ["dataset", "version", "kind", "reason"],
        "properties": {
            "dataset": {**text, "description": f"The dataset_id. {exact}"},
            "version": {**text, "description": "The proposed version that carries the break. Quote it."},
            "kind": {
                "enum": [kind for kind in kinds() if kind not in NEVER_ACCEPTED],
                "description": "The kind of issue.",
            },
            "field": {**text, "description": f"The field's path, for kinds about a field. {exact}"},
            "reason": {**text, "description": "Why the break may pass; shown with every use."},
            "expires": {**text, "format": "date", "description": "The last day it counts, as YYYY-MM-DD."},
        },
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
