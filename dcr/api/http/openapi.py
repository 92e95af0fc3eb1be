"""Describes requests and responses for the OpenAPI document, with examples."""

from __future__ import annotations

from typing import Any

from dcr.api.http.openapi_schemas import EXAMPLE_COMMIT, OBJECT, OPTIONAL_TEXT, TEXT
from dcr.api.http.problems import MEDIA_TYPE
from dcr.compatibility.modes import MODES

Responses = dict[int | str, dict[str, Any]]

EXAMPLE_CONTRACT: dict[str, Any] = {
    "dataset_id": "users.daily_active",
    "version": "1.0.0",
    "status": "active",
    "primary_key": ["user_id", "active_date"],
    "owners": [{"team": "growth-platform", "contact": "#growth-platform"}],
    "freshness_sla": {"max_lag_seconds": 86400},
    "fields": [
        {"name": "user_id", "type": "string"},
        {"name": "active_date", "type": "timestamp"},
        {"name": "plan", "type": "string", "enum": ["free", "pro", "enterprise"]},
        {"name": "ltv", "type": "number", "required": False},
    ],
}
_HEADERS = {
    "dcr-commit": {"description": "The commit that was read or written.", "schema": TEXT},
    "etag": {"description": "Tag of the body, for If-None-Match.", "schema": TEXT},
}


def describe_problems(*statuses: int) -> Responses:
    """Return the descriptions of error responses, with those that every route has."""
    content = {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}}
    titles = {
        304: "The client has this body already.",
        400: "The request is malformed, or the version exists.",
        401: "No valid token.",
        403: "The token does not cover the dataset, or the server is read-only.",
        404: "There is no such dataset or version.",
        409: "The registry is in a state in which this cannot be done.",
        413: "The body is larger than 2 MiB.",
        415: "The content type is not supported.",
        422: "The request is invalid, or the version is not compatible.",
        500: "The repository cannot be read or written.",
        503: "Too many requests at once, too slow, or still starting.",
        507: "The disk is full.",
    }
    return {
        status: {"description": titles[status]} | ({"content": content} if status != 304 else {})
        for status in (*statuses, 500, 503)
    }


def describe_response(
    schema: dict[str, Any], description: str, example: Any = None, *, media_type: str = "application/json"
) -> Responses:
    """Return the description of a successful response."""
    entry: dict[str, Any] = {"schema": schema}
    if example is not None:
        entry["example"] = example
    return {200: {"description": description, "content": {media_type: entry}, "headers": _HEADERS}}


_READ_PROBLEMS = describe_problems(304, 401, 404, 422)
_CONTRACT_EXAMPLE = {**EXAMPLE_CONTRACT, "description": None, "deprecation_uri": None}
CONTRACT = (
    describe_response({"$ref": "#/components/schemas/Contract"}, "The version.", _CONTRACT_EXAMPLE) | _READ_PROBLEMS
)
CONTRACTS = (
    describe_response({"type": "array", "items": {"$ref": "#/components/schemas/Contract"}}, "All versions.")
    | _READ_PROBLEMS
)
SOURCE: Responses = {
    200: {
        "description": "The file as it was.",
        "content": {"application/yaml": {"schema": {}}, "application/json": {"schema": {}}},
        "headers": _HEADERS,
    },
    **_READ_PROBLEMS,
}
DOCUMENT = (
    describe_response({"type": "object", "required": ["ref", "schema_version"]}, "The document; `ref.commit` was read.")
    | _READ_PROBLEMS
    | describe_problems(409)
)
DATASETS = describe_response(
    {
        "type": "object",
        "required": ["datasets", "details", "total", "next", "ref"],
        "properties": {
            "datasets": {"type": "array", "items": TEXT, "maxItems": 100},
            "details": {"type": "array", "items": OBJECT},
            "total": {"type": "integer"},
            "next": OPTIONAL_TEXT,
            "ref": OBJECT,
        },
    },
    "A page of datasets.",
    {"datasets": ["users.daily_active"], "details": [], "total": 1, "next": None, "ref": {"commit": EXAMPLE_COMMIT}},
) | describe_problems(304, 400, 401, 422)
_WRITE_PROBLEMS = describe_problems(400, 401, 403, 404, 409, 413, 415, 422, 507)
REGISTERED: Responses = {
    201: {
        "description": "The version is in the history, or proposed on a branch.",
        "content": {
            "application/json": {
                "schema": {
                    "type": "object",
                    "required": ["status", "dataset_id", "version", "compatibility", "commit"],
                    "properties": {
                        "status": {"enum": ["registered", "proposed"]},
                        "dataset_id": TEXT,
                        "version": TEXT,
                        "compatibility": {"$ref": "#/components/schemas/Compatibility"},
                        "commit": TEXT,
                        "path": TEXT,
                        "branch": OPTIONAL_TEXT,
                    },
                },
                "example": {
                    "status": "registered",
                    "dataset_id": "users.daily_active",
                    "version": "1.0.0",
                    "compatibility": {"compatible": True, "mode": "backward", "issues": []},
                    "commit": EXAMPLE_COMMIT,
                    "path": "contracts/users/daily_active.yaml",
                    "branch": None,
                },
            }
        },
    },
    **_WRITE_PROBLEMS,
}
CHANGED = (
    describe_response({"$ref": "#/components/schemas/Contract"}, "The changed version.", _CONTRACT_EXAMPLE)
    | _WRITE_PROBLEMS
)
CHECKED = describe_response(
    {"$ref": "#/components/schemas/Compatibility"}, "What registering it would report."
) | describe_problems(400, 401, 404, 409, 413, 415, 422)
REPORT = describe_response({"$ref": "#/components/schemas/Report"}, "The report of dcr check.") | describe_problems(
    400, 401, 413, 415, 422
)
OWNERS = describe_response(
    {"type": "array", "items": {"$ref": "#/components/schemas/Owner"}},
    "The owners that the card names.",
    [
        {"team": "Springfield USD", "contact": "#data-platform"},
        {"team": "Director of Data (Alex Chen)", "contact": None},
    ],
) | describe_problems(400, 401, 413, 415)

SECURITY = {"bearer": {"type": "http", "scheme": "bearer", "description": "A token of `dcr token`."}}


def describe_body(schema: dict[str, Any], example: Any, media_type: str = "application/json") -> dict[str, Any]:
    """Return the OpenAPI description of a request's body."""
    return {"requestBody": {"required": True, "content": {media_type: {"schema": schema, "example": example}}}}


_PARAMETERS: dict[str, dict[str, Any]] = {
    "dataset_id": {"in": "path", "required": True, "description": "The dataset's id.", "example": "users.daily_active"},
    "version": {"in": "path", "required": True, "description": "A version of the dataset.", "example": "1.0.0"},
    "commit": {"in": "query", "description": "The definition of this commit, where a version has several."},
}


def describe_parameters(*names: str) -> dict[str, Any]:
    """Return the OpenAPI description of parameters that a route reads itself."""
    schemas = {"commit": {**TEXT, "maxLength": 64}}
    return {"parameters": [{"name": name, "schema": schemas.get(name, TEXT), **_PARAMETERS[name]} for name in names]}


REGISTRATION_BODY = describe_body(
    {
        "type": "object",
        "required": ["contract"],
        "additionalProperties": False,
        "properties": {
            "contract": {"$ref": "#/components/schemas/NativeContract"},
            "compatibility": {"enum": [*MODES, None], "description": "A stricter mode than the policy's."},
        },
    },
    {"contract": EXAMPLE_CONTRACT, "compatibility": "backward"},
)
DEPRECATION_BODY = describe_body(
    {
        "type": "object",
        "required": ["deprecation_uri"],
        "additionalProperties": False,
        "properties": {"deprecation_uri": {"type": "string", "description": "Address of the migration plan."}},
    },
    {"deprecation_uri": "https://example.com/migrate"},
)
CARD_BODY = describe_body(
    OBJECT,
    {
        "buyer": {"name": "Springfield USD", "contact": "#data-platform"},
        "decision_maker": {"role": "Director of Data", "name": "Alex Chen"},
    },
)
FILE_BODY = describe_body(TEXT, 'dataset_id: users.daily_active\nversion: "1.0.0"\n', "application/yaml")
