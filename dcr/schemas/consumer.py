"""Builds the schema of a consumer file."""

from __future__ import annotations

from typing import Any

from dcr.consumers.consumer import QUERIES, ROWS
from dcr.contract.validity import MAX_ID_LENGTH
from dcr.schemas.fragments import EXTENSION_KEYS, build_enum, build_header

EXAMPLE: dict[str, Any] = {
    "consumer": "finance.revenue_dashboard",
    "owners": [{"team": "finance", "contact": "#finance-data"}],
    "description": "monthly revenue per plan",
    "uses": [
        {
            "dataset": "users.daily_active",
            "versions": ">=1.0 <3",
            "fields": ["user_id", "plan", "ltv"],
            "values": {"plan": ["free", "pro"]},
            "reads": "queries",
            "until": "2099-03-31",
        }
    ],
}
_TEXT: dict[str, Any] = {"type": ["string", "number", "boolean"], "minLength": 1, "pattern": r"\S"}
"""Text as the reader takes it: it reads a number or `true` without quotes as the text that is written."""

_READS = {
    QUERIES: "selects fields: a removed field breaks it, a new enum value only if it switches on values",
    ROWS: "validates whole rows: a tightened or loosened constraint breaks it too",
}
_RANGE = r"^[\s,]*(?:[<>=^~]*\s*[0-9xX*][0-9.xX*]*[\s,]*|\|\|[\s,]*)+$"


def build_consumer_schema() -> dict[str, Any]:
    """Return the schema of a consumer file. Whether datasets, fields and values exist is left to the check."""
    owner = _build_mapping(
        "owner",
        "A team that owns the consumer.",
        {
            "team": {"description": "The team's name.", **_TEXT},
            "contact": {"description": "How to reach the team: a channel, an address or a page.", **_TEXT},
        },
        required=["team"],
    )
    properties: dict[str, dict[str, Any]] = {
        "consumer": {
            "description": "The name of the consumer; unique in the repository.",
            **_TEXT,
            "maxLength": MAX_ID_LENGTH,
        },
        "owners": {
            "description": "The teams to notify before a change that breaks the consumer.",
            "type": "array",
            "minItems": 1,
            "items": {
                **owner,
                "defaultSnippets": [{"label": "owner", "body": {"team": "$1", "contact": '"${2:#channel}"'}}],
            },
        },
        "description": {"description": "What the consumer is for.", **_TEXT},
        "uses": {
            "description": "The datasets that it uses, one entry for each.",
            "type": "array",
            "minItems": 1,
            "items": _build_use(),
        },
    }
    return {
        **build_header("consumer", "dcr consumer", "Who uses which fields of which dataset, and how."),
        "type": "object",
        "examples": [EXAMPLE],
        **_build_keys(_add_examples(properties, EXAMPLE), required=["consumer", "owners", "uses"]),
    }


def _build_use() -> dict[str, Any]:
    day = {"type": "string", "format": "date", "pattern": r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$"}
    versions = {**_TEXT, "pattern": _RANGE, "errorMessage": 'versions is no range, such as ">=1.0 <3"'}
    properties: dict[str, dict[str, Any]] = {
        "dataset": {"description": "The dataset_id of the contract.", **_TEXT},
        "versions": {"description": "The versions that the consumer was built for; left out: all of them.", **versions},
        "fields": {
            "description": "The fields that it uses, as paths; left out: all of them.",
            "type": "array",
            "minItems": 1,
            "uniqueItems": True,
            "items": _TEXT,
        },
        "values": {
            "description": "The enum values that it switches on, by field.",
            "type": "object",
            "additionalProperties": {
                "type": "array",
                "minItems": 1,
                "items": {"type": ["string", "number", "boolean"]},
            },
        },
        "reads": {"description": "How it reads the dataset.", "default": QUERIES, **build_enum(_READS)},
        "until": {"description": "The day on which it moves away, as YYYY-MM-DD; later, no break reaches it.", **day},
    }
    use = _build_mapping(
        "use",
        "One dataset that the consumer uses.",
        _add_examples(properties, EXAMPLE["uses"][0]),
        required=["dataset"],
    )
    return {**use, "defaultSnippets": [{"label": "use", "body": {"dataset": "$1", "fields": ["$2"]}}]}


def _add_examples(properties: dict[str, dict[str, Any]], example: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {
        key: {**value, **({"examples": [example[key]]} if "default" not in value else {})}
        for key, value in properties.items()
    }


def _build_mapping(
    title: str, description: str, properties: dict[str, dict[str, Any]], required: list[str]
) -> dict[str, Any]:
    return {"type": "object", "title": title, "description": description, **_build_keys(properties, required)}


def _build_keys(properties: dict[str, dict[str, Any]], required: list[str]) -> dict[str, Any]:
    return {
        "additionalProperties": False,
        "patternProperties": EXTENSION_KEYS,
        "required": required,
        "properties": properties,
    }
