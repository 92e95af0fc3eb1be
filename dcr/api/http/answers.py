"""Prepares successful responses: bytes, an entity tag, and the commit that was read."""

from __future__ import annotations

import hashlib
import json
import threading
from collections import OrderedDict
from typing import TYPE_CHECKING, Any, NamedTuple

from fastapi.responses import Response

if TYPE_CHECKING:
    from collections.abc import Hashable

    from starlette.requests import Request

JSON = "application/json"
COMMIT_HEADER = "dcr-commit"
MAX_CACHE_BYTES = 64 * 1024 * 1024
"""Bytes of prepared bodies that are kept."""

_NOT_MODIFIED = 304
_COMMIT = COMMIT_HEADER.encode("ascii")
_ENTRY_BYTES = 500  # what an entry takes besides its body, roughly


class PreparedBody(NamedTuple):
    """A body and its headers as they are sent, without those that depend on the request."""

    content: bytes
    etag: str
    headers: tuple[tuple[bytes, bytes], ...]


class _PreparedResponse(Response):
    """A response whose headers are encoded already."""

    def __init__(self, content: bytes, status: int, headers: list[tuple[bytes, bytes]]) -> None:
        self.body, self.status_code, self.background = content, status, None
        self.raw_headers = headers


def prepare(content: bytes, media_type: str = JSON) -> PreparedBody:
    """Return a body with the entity tag of its content."""
    etag = f'"{hashlib.blake2b(content, digest_size=16).hexdigest()}"'
    headers = (
        (b"etag", etag.encode("ascii")),
        (b"cache-control", b"no-cache"),
        (b"content-length", str(len(content)).encode("ascii")),
        (b"content-type", media_type.encode("ascii")),
    )
    return PreparedBody(content, etag, headers)


def prepare_json(document: Any) -> PreparedBody:
    """Return a document as strict JSON. It is in ASCII, so that lone surrogates of odd paths survive."""
    return prepare(json.dumps(document, allow_nan=False, separators=(",", ":")).encode("ascii"))


def answer(request: Request, body: PreparedBody, commit: str) -> Response:
    """Return the response for a body, or 304 if the client has it already."""
    headers = [*body.headers, (_COMMIT, commit.encode("ascii"))]
    known = next((value for name, value in request.scope["headers"] if name == b"if-none-match"), None)
    if known is not None and _matches(known.decode("latin-1"), body.etag):
        return _PreparedResponse(b"", _NOT_MODIFIED, [*headers[:2], headers[-1]])
    return _PreparedResponse(body.content, 200, headers)


def _matches(header: str, etag: str) -> bool:
    """Whether an If-None-Match header has a tag, by the weak comparison of RFC 9110."""
    return header.strip() == "*" or any(each.strip().removeprefix("W/") == etag for each in header.split(","))


class BodyCache:
    """Prepared bodies by key, each valid for one value that it was made of. The oldest are dropped."""

    def __init__(self, max_bytes: int = MAX_CACHE_BYTES) -> None:
        self._entries: OrderedDict[Hashable, tuple[object, PreparedBody]] = OrderedDict()
        self._max_bytes, self._bytes = max_bytes, 0
        self._lock = threading.Lock()

    def find(self, key: Hashable, basis: object) -> PreparedBody | None:
        """Return the body of a key if it was made of `basis` itself, or of an equal commit id."""
        entry = self._entries.get(key)
        if entry is None or not (entry[0] is basis or (isinstance(basis, str) and entry[0] == basis)):
            return None
        return entry[1]

    def add(self, key: Hashable, basis: object, body: PreparedBody) -> PreparedBody:
        """Keep a body and return it."""
        with self._lock:
            previous = self._entries.pop(key, None)
            self._bytes += _ENTRY_BYTES + len(body.content)
            self._bytes -= _ENTRY_BYTES + len(previous[1].content) if previous else 0
            self._entries[key] = (basis, body)
            while self._bytes > self._max_bytes and len(self._entries) > 1:
                _, (_, dropped) = self._entries.popitem(last=False)
                self._bytes -= _ENTRY_BYTES + len(dropped.content)
        return body
