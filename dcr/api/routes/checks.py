"""Defines the routes that check without writing, and reads owners from Decision Cards."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

from fastapi import APIRouter, Query
from fastapi.responses import JSONResponse
from pydantic import ValidationError
from starlette.requests import Request
from starlette.responses import Response

from dcr.api.access import require_reader
from dcr.api.compatibility_json import report_to_compatibility
from dcr.api.file_check import check_proposed_file, parse_proposed
from dcr.api.http import openapi
from dcr.api.http.answers import COMMIT_HEADER
from dcr.api.http.bodies import read_json, read_text, require_keys
from dcr.api.http.problems import ProblemError
from dcr.api.http.threads import run_read
from dcr.api.service import get_service
from dcr.api.writing.changes import Registration
from dcr.api.writing.paths import choose_path
from dcr.compatibility.modes import MODES
from dcr.contract.models import DataContract, to_record
from dcr.decision_card import DecisionCardError, owners_from_decision_card
from dcr.rendering.reports.json import build_document
from dcr.text.printable import make_printable
from dcr.text.suggestions import format_suggestion

if TYPE_CHECKING:
    from dcr.api.snapshots.state import RegistryState

_DEFAULT_PATH = "contracts/proposed.yaml"
_MAX_ERRORS = 50
router = APIRouter()


@router.post("/contracts/check", tags=["contracts"], responses=openapi.CHECKED, openapi_extra=openapi.REGISTRATION_BODY)
async def check_contract(request: Request) -> Response:
    """Return what registering a version would report, without writing."""
    await require_reader(request)
    change = await parse_registration(request)
    state = await get_service(request).get_state()
    document = await run_read(_check_registration, state, change)
    return JSONResponse(document, headers={COMMIT_HEADER: state.commit})


@router.post("/check", tags=["contracts"], responses=openapi.REPORT, openapi_extra=openapi.FILE_BODY)
async def check_file(
    request: Request,
    path: Annotated[
        str | None,
        Query(max_length=1_000, description="Where the file would be. Default: the file that has its first dataset."),
    ] = None,
    mode: Annotated[str | None, Query(max_length=40, description="A stricter mode than the policy's.")] = None,
) -> Response:
    """Check the text of a file in any format that dcr reads, as if it were committed. Return the JSON report."""
    await require_reader(request)
    content = await read_text(request)
    chosen = _parse_mode(mode, "query")
    _check_path(path)
    state = await get_service(request).get_state()
    document = await run_read(_check_file, state, content, path, chosen)
    return JSONResponse(document, headers={COMMIT_HEADER: state.commit})


@router.post(
    "/contracts/owners/from-decision-card",
    tags=["bridge"],
    responses=openapi.OWNERS,
    openapi_extra=openapi.CARD_BODY,
)
async def owners_from_card(request: Request) -> Response:
    """Return the owners that a Decision Card names."""
    await require_reader(request)
    card = await read_json(request)
    try:
        owners = owners_from_decision_card(card)
    except DecisionCardError as error:
        raise ProblemError(400, "bad-request", make_printable(error.message), error.hint) from error
    return JSONResponse([{"team": each.team, "contact": each.contact} for each in owners])


async def parse_registration(request: Request) -> Registration:
    """Return the contract and mode that a request has. Raise `ProblemError` for an invalid contract."""
    body = await read_json(request)
    require_keys(body, ("contract",), ("compatibility",))
    mode = _parse_mode(body.get("compatibility"), "body")
    try:
        model = DataContract.model_validate(_without_nulls(body["contract"]))
    except ValidationError as error:
        raise _create_validation_error(error) from error
    return Registration(to_record(model), mode)


def _without_nulls(value: Any) -> Any:
    """Return a contract without keys that are null where the models have a default: what `GET` returned can be sent."""
    if isinstance(value, dict):
        return {key: each for key, each in value.items() if each is not None or not isinstance(key, str)}
    return value


def _check_registration(state: RegistryState, change: Registration) -> dict[str, Any]:
    """Return the compatibility of a version. One that exists is compared with itself, and not compatible."""
    versions = [each.facts.version for each in state.list_versions(change.dataset_id) if each.facts]
    if change.version in versions:
        message = f"version '{change.version}' is already registered"
        issue = {"kind": "version_not_increasing", "severity": "error", "field": None, "message": message}
        mode = state.policy.get_mode(change.dataset_id)
        return {"compatible": False, "mode": mode, "issues": [issue], "required_bump": "none", "actual_bump": None}
    return report_to_compatibility(change.plan(state).report)


def _check_file(state: RegistryState, content: bytes, path: str | None, mode: str | None) -> dict[str, Any]:
    file = parse_proposed(path or _DEFAULT_PATH, content)
    if path is None:
        known = next((state.source_files[each][0] for each in file.ids if state.source_files.get(each)), None)
        chosen = known or (choose_path(file.ids[0]) if file.ids else _DEFAULT_PATH)
        if chosen != file.path:
            file = parse_proposed(chosen, content)
    return build_document(check_proposed_file(state, file, mode))


def _check_path(path: str | None) -> None:
    """Raise `ProblemError` for a path that no file of a repository has."""
    if path is None:
        return
    steps = path.split("/")
    if path.startswith("/") or {"", ".", ".."} & set(steps) or make_printable(path) != path or ".git" in steps:
        raise ProblemError(422, "invalid-request", "query.path: expected a path inside the repository")


def _parse_mode(mode: Any, source: str) -> str | None:
    if mode is None or mode in MODES:
        return mode if mode is None else str(mode)
    written = make_printable(str(mode))[:80]
    hint = format_suggestion(str(mode), MODES) or f"one of: {', '.join(MODES)}"
    name = "compatibility" if source == "body" else "mode"
    errors = [{"loc": [source, name], "msg": f"there is no mode '{written}'", "type": "enum"}]
    raise ProblemError(422, "invalid-request", f"{source}.{name}: there is no mode '{written}'", hint, errors=errors)


def _create_validation_error(error: ValidationError) -> ProblemError:
    found = error.errors(include_url=False, include_context=False, include_input=False)[:_MAX_ERRORS]
    errors = [
        {
            "loc": [
                "body",
                "contract",
                *(make_printable(each) if isinstance(each, str) else each for each in one["loc"]),
            ],
            "msg": make_printable(one["msg"]),
            "type": one["type"],
        }
        for one in found
    ]
    first = errors[0]
    location = ".".join(map(str, first["loc"]))
    return ProblemError(422, "invalid-request", f"{location}: {first['msg']}", errors=errors)
