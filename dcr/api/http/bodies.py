"""Reads the bodies of requests: strict JSON with a limit on depth, and the text of contract files."""

from __future__ import annotations

import json
import re
from itertools import accumulate
from typing import TYPE_CHECKING, Any

from dcr.api.http.problems import ProblemError
from dcr.text.printable import make_printable

if TYPE_CHECKING:
    from starlette.requests import Request

MAX_DEPTH = 64
MAX_DIGITS = 400
_STRING = re.compile(rb'"(?:[^"\\]|\\.)*"?', re.DOTALL)
_SURROGATE = re.compile("[\ud800-\udfff]")
_BRACKET = re.compile(rb"[\[\]{}]")
_JSON_TYPES = ("application/json", "")
_TEXT_TYPES = ("application/yaml", "application/x-yaml", "text/yaml", "text/x-yaml", "text/plain", *_JSON_TYPES)


async def read_json(request: Request) -> dict[str, Any]:
    """Return the JSON object that a request has. Raise `ProblemError` for anything else."""
    _require_type(request, _JSON_TYPES)
    return parse_json(await request.body())


def parse_json(content: bytes) -> dict[str, Any]:
    """Return the object of some JSON text. Raise `ProblemError` for invalid JSON, duplicate keys and deep nesting."""
    steps = (1 if each.group() in b"[{" else -1 for each in _BRACKET.finditer(_STRING.sub(b"", content)))
    if any(depth > MAX_DEPTH for depth in accumulate(steps)):
        raise _bad_request(f"the JSON is nested more than {MAX_DEPTH} levels deep")
    try:
        value = json.loads(
            content.decode("utf-8"),
            parse_constant=_refuse_constant,
            parse_int=_parse_int,
            parse_float=_parse_float,
            object_pairs_hook=_build_object,
        )
    except UnicodeDecodeError as error:
        raise _bad_request(f"byte 0x{content[error.start]:02X} of the body is not UTF-8") from error
    except json.JSONDecodeError as error:
        message = error.msg[:1].lower() + error.msg[1:]
        raise _bad_request(f"line {error.lineno}, column {error.colno}: invalid JSON: {message}") from error
    if b"\\u" in content and _has_surrogate(value):
        raise _bad_request("a text of the body has half of a surrogate pair")
    if not isinstance(value, dict):
        raise _bad_request("the body is not a JSON object")
    return value


async def read_text(request: Request) -> bytes:
    """Return the bytes of a contract file that a request has. Raise `ProblemError` for another content type."""
    _require_type(request, _TEXT_TYPES)
    return await request.body()


def require_keys(body: dict[str, Any], required: tuple[str, ...], optional: tuple[str, ...] = ()) -> None:
    """Raise `ProblemError` for a missing or an unknown key."""
    errors = [{"loc": ["body", key], "msg": "field required", "type": "missing"} for key in required if key not in body]
    errors += [
        {"loc": ["body", make_printable(key)], "msg": "unknown key", "type": "extra_forbidden"}
        for key in body
        if key not in (*required, *optional)
    ]
    if errors:
        first = errors[0]
        raise ProblemError(422, "invalid-request", f"{'.'.join(first['loc'])}: {first['msg']}", errors=errors)


def _require_type(request: Request, types: tuple[str, ...]) -> None:
    written = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if written not in types:
        raise ProblemError(
            415, "unsupported-media-type", f"the content type is '{make_printable(written)[:80]}', expected {types[0]}"
        )


def _bad_request(message: str) -> ProblemError:
    return ProblemError(400, "bad-request", make_printable(message))


def _has_surrogate(value: Any) -> bool:
    if isinstance(value, str):
        return _SURROGATE.search(value) is not None
    if isinstance(value, dict):
        return any(_has_surrogate(key) or _has_surrogate(each) for key, each in value.items())
    return isinstance(value, list) and any(map(_has_surrogate, value))


def _refuse_constant(word: str) -> None:
    raise _bad_request(f"{word} is not a JSON value")


def _parse_int(digits: str) -> int:
    if len(digits) > MAX_DIGITS:
        raise _bad_request(f"a number has more than {MAX_DIGITS} digits")
    return int(digits)


def _parse_float(digits: str) -> float:
    number = float(digits)
    if number in (float("inf"), float("-inf")):
        raise _bad_request("a number is too large")
    return number


def _build_object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for key, value in pairs:
        if key in found:
            raise _bad_request(f"the key '{key[:60]}' is a duplicate")
        found[key] = value
    return found
