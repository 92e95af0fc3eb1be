"""Limits every request: its body, its time, and how many are handled at once."""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING, NamedTuple

from dcr.api.http.problems import ProblemError, build_problem

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

    from dcr.api.http.metrics import Metrics

MAX_BODY_BYTES = 2 * 1024 * 1024
MAX_SECONDS = 30.0
MAX_REQUESTS = 64
ALWAYS_ANSWERED = ("/healthz", "/readyz")
"""Addresses that are answered however many requests are in progress."""

_HEADERS = [
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
    (b"content-security-policy", b"default-src 'none'; frame-ancestors 'none'"),
]
_HEADER_NAMES = frozenset(name for name, _ in _HEADERS)


class Limits(NamedTuple):
    """The largest body in bytes, the longest time in seconds, and the greatest number of requests at once."""

    body_bytes: int = MAX_BODY_BYTES
    seconds: float = MAX_SECONDS
    requests: int = MAX_REQUESTS


class LimitMiddleware:
    """Refuses requests beyond the limits, adds the security headers, and counts requests."""

    def __init__(self, app: ASGIApp, metrics: Metrics, limits: Limits) -> None:
        self._app, self._metrics, self._limits = app, metrics, limits
        self._busy = 0
        metrics.busy.set_function(lambda: self._busy)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        exchange = _Exchange(scope, receive, send, self._limits.body_bytes)
        started = time.perf_counter()
        is_counted = scope["path"] not in ALWAYS_ANSWERED
        try:
            if is_counted and self._busy >= self._limits.requests:
                await exchange.refuse(503, "busy", f"{self._limits.requests} requests are in progress")
                return
            self._busy += is_counted
            try:
                await self._handle(exchange)
            finally:
                self._busy -= is_counted
        finally:
            route = getattr(scope.get("route"), "path", "unknown")
            self._metrics.count_request(route, exchange.status, time.perf_counter() - started)

    async def _handle(self, exchange: _Exchange) -> None:
        length = exchange.find_length()
        if length is not None and length > self._limits.body_bytes:
            await exchange.refuse(413, "too-large", f"the body is larger than {self._limits.body_bytes:,} bytes")
            return
        try:
            async with asyncio.timeout(self._limits.seconds):
                await self._app(exchange.scope, exchange.receive, exchange.send)
        except TimeoutError:
            if exchange.status:
                raise
            await exchange.refuse(503, "too-slow", f"the request was not answered within {self._limits.seconds:g} s")


class _Exchange:
    """One request and its response; `status` is 0 until the response has begun."""

    def __init__(self, scope: Scope, receive: Receive, send: Send, max_bytes: int) -> None:
        self.scope, self._receive, self._send = scope, receive, send
        self.status, self._received, self._max_bytes = 0, 0, max_bytes

    def find_length(self) -> int | None:
        """Return the length that the request names, if it is a number."""
        for name, value in self.scope["headers"]:
            if name == b"content-length" and value.isdigit():
                return int(value[:20])
        return None

    async def receive(self) -> Message:
        """Return the next part of the body. Raise `ProblemError` once it is too large."""
        message = await self._receive()
        if message["type"] == "http.request":
            self._received += len(message.get("body", b""))
            if self._received > self._max_bytes:
                raise ProblemError(413, "too-large", f"the body is larger than {self._max_bytes:,} bytes")
        return message

    async def send(self, message: Message) -> None:
        """Pass a part of the response on, with the security headers."""
        if message["type"] == "http.response.start":
            self.status = message["status"]
            headers = message["headers"]
            known = {name for name, _ in headers} & _HEADER_NAMES
            message["headers"] = [*headers, *(each for each in _HEADERS if each[0] not in known)]
        await self._send(message)

    async def refuse(self, status: int, name: str, detail: str) -> None:
        """Send a problem document."""
        headers = {"Retry-After": "1"} if status == 503 else {"Connection": "close"}
        await build_problem(status, name, detail, headers=headers)(self.scope, self._receive, self.send)
