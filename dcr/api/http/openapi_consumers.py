"""Describes the responses about declared consumers for the OpenAPI document, with examples."""

from __future__ import annotations

from typing import Any

from dcr.api.http.openapi import describe_problems, describe_response
from dcr.api.http.openapi_schemas import EXAMPLE_COMMIT, OBJECT, OPTIONAL_TEXT, TEXT

_EXAMPLE_OWNERS = [{"team": "finance", "contact": "#finance-data"}]
_EXAMPLE_HEADER: dict[str, Any] = {
    "owners": _EXAMPLE_OWNERS,
    "source": "consumer",
    "description": "monthly revenue per plan",
    "location": {"path": "consumers/finance/revenue.yaml", "line": 1, "column": 1},
}
_EXAMPLE_USE: dict[str, Any] = {
    "dataset_id": "users.daily_active",
    "fields": ["user_id", "plan", "ltv"],
    "values": {"plan": ["free", "pro"]},
    "versions": ">=1.0 <3",
    "reads": "queries",
    "until": "2027-03-31",
    "over": False,
    "location": {"path": "consumers/finance/revenue.yaml", "line": 5, "column": 5},
}
_EXAMPLE_NAME = "finance.revenue_dashboard"
_EXAMPLE_REF = {"ref": {"name": "main", "source": "--ref", "commit": EXAMPLE_COMMIT}, "schema_version": 1}

_OWNERS = {"type": "array", "items": {"$ref": "#/components/schemas/Owner"}}
_TEXTS = {"type": "array", "items": TEXT}
_HEADER = {"owners": _OWNERS, "source": TEXT, "description": OPTIONAL_TEXT, "location": OBJECT}
_USE = {
    "dataset_id": TEXT,
    "fields": {"type": ["array", "null"], "items": TEXT, "description": "Null for all fields."},
    "values": {"type": "object", "additionalProperties": {"type": "array"}},
    "versions": OPTIONAL_TEXT,
    "reads": {"enum": ["queries", "rows", "unknown"], "description": "Unknown if the file cannot be read."},
    "until": OPTIONAL_TEXT,
    "over": {"type": "boolean", "description": "Whether the last day has passed."},
    "location": OBJECT,
}
_PROBLEMS = {
    "problems": {"type": "array", "items": OBJECT, "maxItems": 50, "description": "Why consumers may be missing."},
    "problem_count": {"type": "integer"},
}


def _describe_object(properties: dict[str, Any]) -> dict[str, Any]:
    return {"type": "object", "required": list(properties), "properties": properties}


def _describe_list(properties: dict[str, Any]) -> dict[str, Any]:
    return {"type": "array", "items": _describe_object(properties)}


CONSUMERS = describe_response(
    _describe_object({
        "consumers": {**_describe_list({"consumer": TEXT, **_HEADER, "datasets": _TEXTS}), "maxItems": 100},
        "total": {"type": "integer"}, "next": OPTIONAL_TEXT, "ref": OBJECT, **_PROBLEMS,
    }),
    "A page of consumers.",
    {
        **_EXAMPLE_REF,
        "consumers": [{"consumer": _EXAMPLE_NAME, **_EXAMPLE_HEADER, "datasets": ["users.daily_active"]}],
        "total": 101, "next": "ZmluYW5jZQ", "problems": [], "problem_count": 0,
    },
) | describe_problems(304, 400, 401, 422)  # fmt: skip
CONSUMER = describe_response(
    _describe_object({
        "consumer": TEXT,
        "declarations": _describe_list({
            **_HEADER,
            "uses": _describe_list({**_USE, "dataset_version": OPTIONAL_TEXT, "dataset_status": OPTIONAL_TEXT}),
        }),
        "ref": OBJECT,
    }),
    "The consumer; a name that is declared twice has two declarations.",
    {
        **_EXAMPLE_REF,
        "consumer": _EXAMPLE_NAME,
        "declarations": [
            {
                **_EXAMPLE_HEADER,
                "uses": [{**_EXAMPLE_USE, "dataset_version": "1.0.0", "dataset_status": "active"}],
            }
        ],
    },
) | describe_problems(304, 401, 404, 422)  # fmt: skip
DATASET_CONSUMERS = describe_response(
    _describe_object({
        "dataset_id": TEXT,
        "uses": _describe_list({
            "consumer": TEXT, "owners": _OWNERS, "source": TEXT, "description": OPTIONAL_TEXT, **_USE,
        }),
        "ref": OBJECT, **_PROBLEMS,
    }),
    "The uses of the dataset, by the name of the consumer.",
    {
        **_EXAMPLE_REF,
        "dataset_id": "users.daily_active",
        "uses": [
            {
                "consumer": _EXAMPLE_NAME,
                "owners": _EXAMPLE_OWNERS,
                "source": "consumer",
                "description": "monthly revenue per plan",
                **_EXAMPLE_USE,
            }
        ],
        "problems": [], "problem_count": 0,
    },
) | describe_problems(304, 401, 404, 422)  # fmt: skip
