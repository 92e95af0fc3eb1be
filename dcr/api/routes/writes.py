"""Defines the routes that write: register, deprecate and archive. Each write is one commit."""

from __future__ import annotations

import asyncio
import re
import time
from typing import TYPE_CHECKING, Any

from fastapi import APIRouter
from fastapi.responses import JSONResponse
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from dcr.api import events
from dcr.api.access import log_write, require_dataset, require_writer
from dcr.api.compatibility_json import report_to_compatibility
from dcr.api.contract_json import contract_to_json
from dcr.api.http import openapi
from dcr.api.http.answers import COMMIT_HEADER
from dcr.api.http.bodies import read_json, require_keys
from dcr.api.http.problems import ProblemError, classify_error
from dcr.api.routes.checks import parse_registration
from dcr.api.routes.reads import DatasetId, Version
from dcr.api.service import get_service
from dcr.api.writing.changes import StatusChange
from dcr.errors import DcrError

if TYPE_CHECKING:
    from dcr.api.tokens import Person
    from dcr.api.writing.changes import Change
    from dcr.api.writing.writer import WriteResult

MAX_WRITE_SECONDS = 25.0
"""Seconds after which a write is given up: less than the limit of a request, so that no late commit is made."""

_MAX_URI = 2_000
_EVENTS = {"register": events.PROMOTED, "deprecate": events.DEPRECATED, "archive": events.ARCHIVED}
_SECURED: dict[str, Any] = {"security": [{"bearer": []}]}
router = APIRouter(tags=["contracts"])


@router.post(
    "/contracts",
    status_code=201,
    responses=openapi.REGISTERED,
    openapi_extra=openapi.REGISTRATION_BODY | _SECURED,
)
async def register(request: Request) -> Response:
    """Register a version of a dataset: check it, and commit its file if it is compatible."""
    person = await require_writer(request)
    change = await parse_registration(request)
    result = await _write(request, change, person)
    contract = result.change.contract
    compatibility = report_to_compatibility(result.change.report)
    document = {
        "status": "proposed" if result.branch else "registered",
        "dataset_id": contract.dataset_id,
        "version": contract.version,
        "compatibility": compatibility,
        "commit": result.commit,
        "path": result.change.file.path,
        "branch": result.branch,
    }
    return JSONResponse(document, 201, headers={COMMIT_HEADER: result.commit or ""})


@router.post(
    "/contracts/{dataset_id:path}/versions/{version}/deprecate",
    responses=openapi.CHANGED,
    openapi_extra=openapi.DEPRECATION_BODY | _SECURED,
)
async def deprecate(request: Request, dataset_id: DatasetId, version: Version) -> Response:
    """Mark the current version of a dataset deprecated, with the address of its migration plan."""
    person = await require_writer(request)
    body = await read_json(request)
    require_keys(body, ("deprecation_uri",))
    uri = body["deprecation_uri"]
    if not isinstance(uri, str):
        message = "body.deprecation_uri: expected text"
        errors = [{"loc": ["body", "deprecation_uri"], "msg": "expected text", "type": "string_type"}]
        raise ProblemError(422, "invalid-request", message, errors=errors)
    if not uri.strip():
        raise ProblemError(400, "bad-request", "deprecation_uri is blank", "name the address of the migration plan")
    if len(uri) > _MAX_URI or re.search(r"[\s\x00-\x1f\x7f-\x9f\ud800-\udfff]", uri):
        raise ProblemError(400, "bad-request", "deprecation_uri is not an address", "write a space as %20")
    return await _change_status(request, StatusChange(dataset_id, version, uri), person)


@router.post(
    "/contracts/{dataset_id:path}/versions/{version}/archive", responses=openapi.CHANGED, openapi_extra=_SECURED
)
async def archive(request: Request, dataset_id: DatasetId, version: Version) -> Response:
    """Mark the current version of a dataset archived. It stays in the history."""
    person = await require_writer(request)
    return await _change_status(request, StatusChange(dataset_id, version), person)


async def _change_status(request: Request, change: StatusChange, person: Person) -> Response:
    result = await _write(request, change, person)
    state = await get_service(request).get_state()
    commit = result.commit or state.commit
    return JSONResponse(contract_to_json(result.change.contract), headers={COMMIT_HEADER: commit})


async def _write(request: Request, change: Change, person: Person) -> WriteResult:
    """Commit a change for a person, with an audit line and an event. Raise a `DcrError` if it is refused."""
    details = {"dataset_id": change.dataset_id, "version": change.version}
    try:
        require_dataset(person, change.dataset_id)
        result = await _commit(request, change, person)
        if result.commit is None and result.change.has_changes:
            raise _refuse(request, result)
    except DcrError as error:
        status = error.status if isinstance(error, ProblemError) else classify_error(error)[0]
        log_write(request, change.action, person, status, **details, reason=error.message)
        raise
    log_write(
        request, change.action, person, 201 if change.action == "register" else 200,
        **details, commit=result.commit, branch=result.branch,
    )  # fmt: skip
    if result.commit is not None and result.branch is None:
        _add_event(request, _EVENTS[change.action], result, commit=result.commit)
    return result


async def _commit(request: Request, change: Change, person: Person) -> WriteResult:
    service = get_service(request)
    writer = service.writer
    if writer is None:
        raise ProblemError(403, "read-only", "this server is read-only")
    deadline = time.monotonic() + MAX_WRITE_SECONDS
    await service.get_state()
    try:
        async with asyncio.timeout(MAX_WRITE_SECONDS):
            await service.write_lock.acquire()
    except TimeoutError as error:
        raise ProblemError(
            503, "busy", "other writes took too long, and nothing was written", headers={"Retry-After": "1"}
        ) from error
    try:
        return await run_in_threadpool(writer.write, change, person, deadline)
    finally:
        service.write_lock.release()


def _refuse(request: Request, result: WriteResult) -> ProblemError:
    """Return the error for a change that is not compatible, with the detail that the seed's API has."""
    detail = report_to_compatibility(result.change.report)
    _add_event(
        request, events.FAILED, result, issue_count=len(detail["issues"]),
        issues=[{key: each[key] for key in ("kind", "severity", "field", "message")} for each in detail["issues"]],
    )  # fmt: skip
    return ProblemError(422, "incompatible", detail, "dcr explain KIND describes a kind of issue")


def _add_event(request: Request, kind: str, result: WriteResult, **more: Any) -> None:
    service, contract = get_service(request), result.change.contract
    judged = next(iter(result.change.report.contracts), None)
    data: dict[str, Any] = {
        "dataset_id": contract.dataset_id,
        "version": contract.version,
        "mode": judged.mode if judged else None,
        "ref": service.live.full_name,
        "owners": [each.team for each in contract.owners],
        **more,
    }
    if contract.deprecation_uri is not None and kind == events.DEPRECATED:
        data["deprecation_uri"] = contract.deprecation_uri
    service.events.add(kind, f"/{service.live.name}", contract.dataset_id, data)
