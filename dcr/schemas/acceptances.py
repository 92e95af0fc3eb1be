"""Builds the schema of the acceptances file, `dcr.accepted.yaml`."""

from __future__ import annotations

from typing import Any

from dcr.compatibility.rule import FIELD, load_rules
from dcr.policy.policy_application import NEVER_ACCEPTED
from dcr.schemas.fragments import EXTENSION_KEYS, TEXT_SHAPE, build_enum, build_header

EXAMPLE: dict[str, Any] = {
    "accepted": [
        {
            "dataset": "users.daily_active",
            "version": "2.0.0",
            "kind": "field_removed",
            "field": "ltv",
            "reason": "moved to finance.lifetime_value, its last reader has switched",
            "expires": "2099-12-31",
        }
    ]
}


def build_acceptances_schema() -> dict[str, Any]:
    """Return the schema of dcr.accepted.yaml."""
    exact = {
        **TEXT_SHAPE,
        "pattern": r"^[^*]*[^*\s][^*]*$",
        "errorMessage": "one name, exactly: no wildcards, not blank",
    }
    exact_note = "exactly as in the report; no wildcards."
    day = {"type": "string", "format": "date", "pattern": r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$"}
    rules = load_rules()
    properties: dict[str, dict[str, Any]] = {
        "dataset": {"description": f"The dataset_id, {exact_note}", **exact},
        "version": {"description": "The proposed version that contains the break. Quote it.", **TEXT_SHAPE},
        "kind": {
            "description": "The kind of issue, as printed in brackets in the report.",
            **build_enum({kind: f"{rule.summary}." for kind, rule in rules.items() if kind not in NEVER_ACCEPTED}),
        },
        "field": {"description": f"The field's path, for kinds about a field; {exact_note}", **exact},
        "reason": {"description": "Why the break is accepted; printed with every use.", **TEXT_SHAPE},
        "expires": {"description": "The last day on which the acceptance is valid, as YYYY-MM-DD.", **day},
    }
    for key, value in EXAMPLE["accepted"][0].items():
        properties[key]["examples"] = [value]
    entry = {
        "type": "object",
        "title": "acceptance",
        "description": "One accepted breaking change.",
        "additionalProperties": False,
        "required": ["dataset", "version", "kind", "reason"],
        "properties": properties,
        "if": {"properties": {"kind": {"enum": [kind for kind, rule in rules.items() if rule.about == FIELD]}}},
        "then": {"required": ["field"], "errorMessage": "field is missing: this kind is about a field"},
    }
    return {
        **build_header("acceptances", "dcr acceptances", "Accepted breaking changes, one entry for each issue."),
        "type": "object",
        "examples": [EXAMPLE],
        "additionalProperties": False,
        "patternProperties": EXTENSION_KEYS,
        "properties": {
            "accepted": {"description": "One entry for each issue.", "type": ["array", "null"], "items": entry}
        },
    }
