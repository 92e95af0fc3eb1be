"""Defines the error responses: problem documents as in RFC 9457."""

from __future__ import annotations

import json
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, Response
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect

from dcr.errors import DcrError
from dcr.text.printable import make_printable

if TYPE_CHECKING:
    from collections.abc import Mapping

    from fastapi import FastAPI
    from starlette.requests import Request

MEDIA_TYPE = "application/problem+json"
TYPE_PREFIX = "https://data-contract-registry.invalid/problems/"
"""Begins the identifiers of problems. They are names: nothing is served there."""


class ProblemError(DcrError):
    """A request that is answered with a problem document.

    `detail` is the document's detail: text, or an object where the seed's bodies have one. `more` are further members.
    """

    consequence = "nothing was written"

    def __init__(
        self,
        status: int,
        name: str,
        detail: str | Mapping[str, Any],
        hint: str = "",
        *,
        headers: Mapping[str, str] | None = None,
        **more: Any,
    ) -> None:
        super().__init__(detail if isinstance(detail, str) else name, hint)
        self.status, self.name, self.detail = status, name, detail
        self.headers, self.more = dict(headers or {}), more


class ProblemResponse(JSONResponse):
    """A problem document in strict JSON, with lone surrogates escaped."""

    media_type = MEDIA_TYPE

    def render(self, content: Any) -> bytes:
        """Return the document's bytes."""
        return json.dumps(content, allow_nan=False).encode("ascii")


def build_problem(
    status: int, name: str, detail: Any, hint: str = "", headers: Mapping[str, str] | None = None, **more: Any
) -> ProblemResponse:
    """Return the response for a problem; `name` is its kind, such as `not-found`."""
    content = {"type": f"{TYPE_PREFIX}{name}", "title": HTTPStatus(status).phrase, "status": status, "detail": detail}
    if hint:
        content["hint"] = make_printable(hint)
    return ProblemResponse({**content, **more}, status_code=status, headers=dict(headers or {}))


def not_found(message: str, hint: str = "") -> ProblemError:
    """Return the error for a dataset or version that does not exist."""
    return ProblemError(404, "not-found", make_printable(message), hint)


def add_problem_handlers(app: FastAPI) -> None:
    """Answer every error of an application with a problem document."""
    app.add_exception_handler(DcrError, _answer_dcr_error)
    app.add_exception_handler(HTTPException, _answer_http_error)
    app.add_exception_handler(RequestValidationError, _answer_validation_error)
    app.add_exception_handler(ClientDisconnect, _answer_nobody)
    app.add_exception_handler(Exception, _answer_bug)


async def _answer_dcr_error(_request: Request, error: Exception) -> Response:
    if isinstance(error, ProblemError):
        return build_problem(error.status, error.name, error.detail, error.hint, error.headers, **error.more)
    message = error.message if isinstance(error, DcrError) else str(error)
    hint = error.hint if isinstance(error, DcrError) else ""
    status, name = classify_error(error)
    headers = {"Retry-After": "1"} if status == HTTPStatus.SERVICE_UNAVAILABLE else {}
    return build_problem(status, name, make_printable(message), hint, headers)


def classify_error(error: Exception) -> tuple[int, str]:
    """Return the status and the kind of problem for an error that is not the client's."""
    from dcr.api.snapshots.live import NotReadyError  # noqa: PLC0415 (it imports what routes import)
    from dcr.git.command import GitFailedError  # noqa: PLC0415
    from dcr.git.objects import ObjectMissingError  # noqa: PLC0415
    from dcr.git.writing.commits import DiskFullError  # noqa: PLC0415
    from dcr.index.other_repositories import UnavailableIndexError  # noqa: PLC0415

    if isinstance(error, NotReadyError):
        return 503, "not-ready"
    if isinstance(error, UnavailableIndexError):
        return 503, "index-unavailable"
    if isinstance(error, DiskFullError):
        return 507, "disk-full"
    if isinstance(error, ObjectMissingError | GitFailedError):
        return 500, "repository"
    return 500, "not-answered"


async def _answer_http_error(_request: Request, error: Exception) -> Response:
    if not isinstance(error, HTTPException):
        raise error
    detail = error.detail if error.detail != HTTPStatus(error.status_code).phrase else "there is no such address"
    if error.status_code == HTTPStatus.METHOD_NOT_ALLOWED:
        detail = "this address does not have that method"
    name = HTTPStatus(error.status_code).phrase.lower().replace(" ", "-")
    return build_problem(error.status_code, name, detail, headers=error.headers)


async def _answer_validation_error(_request: Request, error: Exception) -> Response:
    if not isinstance(error, RequestValidationError):
        raise error
    errors = [{"loc": list(each["loc"]), "msg": each["msg"], "type": each["type"]} for each in error.errors()]
    first = errors[0]
    detail = f"{'.'.join(map(str, first['loc']))}: {first['msg']}"
    return build_problem(422, "invalid-request", make_printable(detail), errors=errors)


async def _answer_nobody(_request: Request, _error: Exception) -> Response:
    """Return a response that nobody reads: the client went away before its request was complete."""
    return Response(status_code=400)


async def _answer_bug(_request: Request, _error: Exception) -> Response:
    return build_problem(500, "bug", "this is a bug in dcr; the server's log has the details")
