"""Decides who may read and write: bearer tokens, their datasets, and an audit line for each write."""

from __future__ import annotations

import json
import logging
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from starlette.concurrency import run_in_threadpool

from dcr.api.http.problems import ProblemError
from dcr.api.service import get_service
from dcr.text.printable import make_printable

if TYPE_CHECKING:
    from starlette.requests import Request

    from dcr.api.tokens import Person

AUDIT_LOGGER = "dcr.api.audit"
_SCHEME = "bearer "
_MAX_TOKEN = 512
_logger = logging.getLogger(AUDIT_LOGGER)


async def require_reader(request: Request) -> None:
    """Raise `ProblemError` unless reads are open, or the request has a valid token."""
    if get_service(request).options.private:
        await _find_person(request)


async def require_writer(request: Request) -> Person:
    """Return the owner of the request's token. Raise `ProblemError` if the server is read-only or there is none."""
    if get_service(request).writer is None:
        raise ProblemError(403, "read-only", "this server is read-only", "change the contract by a pull request")
    try:
        return await _find_person(request)
    except ProblemError as error:
        if "authorization" in request.headers:
            log_write(request, "authenticate", None, error.status, reason=error.message)
        raise


def require_dataset(person: Person, dataset_id: str) -> None:
    """Raise `ProblemError` if a person's token does not cover a dataset."""
    if not person.may_write(dataset_id):
        patterns = ", ".join(map(make_printable, person.datasets))
        raise ProblemError(
            403, "forbidden", f"this token may not write '{make_printable(dataset_id)}', only {patterns}",
            "ask for a token with another pattern: dcr token NAME --datasets PATTERN",
        )  # fmt: skip


async def _find_person(request: Request) -> Person:
    written = request.headers.get("authorization", "")
    tokens = get_service(request).tokens
    if written[: len(_SCHEME)].lower() == _SCHEME and tokens is not None:
        token = written[len(_SCHEME) :].strip()
        person = await run_in_threadpool(tokens.find_person, token) if 0 < len(token) <= _MAX_TOKEN else None
        if person is not None:
            return person
        raise _unauthorized("the token is unknown or has expired")
    raise _unauthorized("a bearer token is required")


def log_write(request: Request, action: str, person: Person | None, status: int, **details: Any) -> None:
    """Write an audit line: who did what to which dataset, with what result."""
    get_service(request).metrics.count_write(action, str(status))
    line = {
        "time": datetime.now(UTC).isoformat(timespec="milliseconds"),
        "action": action,
        "status": status,
        "name": person.name if person else None,
        "email": person.email if person else None,
        "client": request.client.host if request.client else None,
        **{key: make_printable(value) if isinstance(value, str) else value for key, value in details.items()},
    }
    _logger.info("%s", json.dumps(line))


def _unauthorized(message: str) -> ProblemError:
    return ProblemError(
        401, "unauthorized", message, "dcr token NAME --email EMAIL makes one", headers={"WWW-Authenticate": "Bearer"}
    )
