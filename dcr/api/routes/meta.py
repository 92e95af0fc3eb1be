"""Defines the routes about the service itself: what it is, whether it is ready, and its metrics."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter
from fastapi.responses import JSONResponse
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from dcr.api.access import require_reader
from dcr.api.documents import root_document
from dcr.api.http import openapi
from dcr.api.http.metrics import CONTENT_TYPE
from dcr.api.http.problems import build_problem
from dcr.api.service import get_service
from dcr.errors import DcrError
from dcr.site.server import find_asset
from dcr.text.printable import make_printable
from dcr.version import __version__

_STATUS: dict[str, Any] = {
    "type": "object",
    "required": ["status"],
    "properties": {"status": {"type": "string"}},
    "example": {"status": "ok"},
}
_DESCRIPTIONS = {
    "GET  /": "this page",
    "GET  /healthz": "liveness probe",
    "GET  /readyz": "readiness probe",
    "GET  /metrics": "metrics for Prometheus",
    "GET  /openapi.json": "the OpenAPI document",
    "GET  /datasets": "list datasets",
    "GET  /consumers": "list declared consumers",
    "GET  /consumers/{name}": "what a consumer uses",
    "POST /check": "check the text of a contract file",
    "POST /contracts": "register a version, if it is compatible",
    "POST /contracts/check": "check a version without registering it",
    "GET  /contracts/{ds}/latest": "newest active version of a dataset",
    "GET  /contracts/{ds}/versions": "every version",
    "GET  /contracts/{ds}/versions/{v}": "one version",
    "GET  /contracts/{ds}/versions/{v}/source": "the file that defined a version",
    "GET  /contracts/{ds}/diff": "what changed between two versions",
    "GET  /contracts/{ds}/log": "every version with its commit, bumps and breaks",
    "GET  /contracts/{ds}/blame": "who added and last changed each field",
    "GET  /contracts/{ds}/audit": "breaking changes that were merged",
    "GET  /contracts/{ds}/consumers": "declared uses of a dataset",
    "POST /contracts/{ds}/versions/{v}/deprecate": "mark a version deprecated",
    "POST /contracts/{ds}/versions/{v}/archive": "archive a version",
    "POST /contracts/owners/from-decision-card": "owners from a Decision Card",
}
_JSON_OBJECT: openapi.Responses = {
    200: {"description": "The service.", "content": {"application/json": {"schema": {"type": "object"}}}}
}
_OK: openapi.Responses = {200: {"description": "Yes.", "content": {"application/json": {"schema": _STATUS}}}}
_METRICS: openapi.Responses = {
    200: {"description": "Metrics.", "content": {"text/plain": {"schema": {"type": "string"}}}}
}
router = APIRouter(tags=["meta"])


@router.get("/", responses=_JSON_OBJECT | openapi.describe_problems(401))
async def root(request: Request) -> Response:
    """Return what the service is and which addresses it has."""
    await require_reader(request)
    return JSONResponse(root_document(__version__, _DESCRIPTIONS, get_service(request).live.state))


@router.get("/healthz", responses=_OK)
async def healthz() -> Response:
    """Whether the process answers."""
    return JSONResponse({"status": "ok"})


@router.get("/readyz", responses=_OK | openapi.describe_problems())
async def readyz(request: Request) -> Response:
    """Whether the registry was read and follows its ref."""
    live = get_service(request).live
    error: DcrError | None = live.error
    if error is not None:
        return build_problem(503, "not-ready", make_printable(error.message), error.hint, {"Retry-After": "1"})
    if live.state is None:
        return build_problem(503, "not-ready", "the history is still being read", headers={"Retry-After": "1"})
    return JSONResponse({"status": "ready", "ref": live.name, "commit": live.state.commit})


@router.get(
    "/metrics",
    responses=_METRICS | openapi.describe_problems(401),
)
async def metrics(request: Request) -> Response:
    """Return metrics in Prometheus' text format."""
    await require_reader(request)
    content = await run_in_threadpool(get_service(request).metrics.render)
    return Response(content, headers={"content-type": CONTENT_TYPE})


@router.get("/assets/{name}", include_in_schema=False)
def read_asset(name: str) -> Response:
    """Return the style sheet or the script of the pages. Their names change with their content."""
    asset = find_asset(name)
    if asset is None:
        return build_problem(404, "not-found", f"'{make_printable(name)}' is not a file of the pages")
    headers = {"cache-control": "public, max-age=31536000, immutable", "x-content-type-options": "nosniff"}
    return Response(asset.content, 200, headers, asset.media_type)
