"""Limits every request: its body, its time, and how many are handled at once."""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING, Any, NamedTuple

from dcr.api.http.problems import ProblemError, build_problem

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

    from dcr.api.http.metrics import Metrics

MAX_BODY_BYTES = 2 * 1024 * 1024
MAX_SECONDS = 30.0
MAX_REQUESTS = 64
ALWAYS_ANSWERED = ("/healthz", "/readyz")
"""Addresses that are answered however many requests are in progress."""

POLICY_HEADER = b"content-security-policy"
_HEADERS = (
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
    (POLICY_HEADER, b"default-src 'none'; frame-ancestors 'none'"),
)


class Limits(NamedTuple):
    """The largest body in bytes, the longest time in seconds, and the greatest number of requests at once.

    `hosts` are the names that a request may have in its Host header, None for any. Without them, a web page could read
    a server on this machine by letting its own name resolve to it (DNS rebinding).
    """

    body_bytes: int = MAX_BODY_BYTES
    seconds: float = MAX_SECONDS
    requests: int = MAX_REQUESTS
    hosts: frozenset[str] | None = None


class LimitMiddleware:
    """Refuses requests beyond the limits, adds the security headers, and counts requests."""

    def __init__(self, app: ASGIApp, metrics: Metrics, limits: Limits) -> None:
        self._app, self._metrics, self._limits = app, metrics, limits
        self._watch = _Watch(limits.seconds)
        self._busy = 0
        metrics.busy.set_function(lambda: self._busy)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        if scope["method"] == "HEAD":  # answered like GET; the server leaves the body out
            scope = {**scope, "method": "GET"}
        exchange = _Exchange(scope, receive, send, self._limits.body_bytes)
        started = time.perf_counter()
        is_counted = scope["path"] not in ALWAYS_ANSWERED
        try:
            if self._limits.hosts is not None and exchange.find_host() not in self._limits.hosts:
                await exchange.refuse(421, "misdirected-request", "the Host header does not name this server")
                return
            if is_counted and self._busy >= self._limits.requests:
                await exchange.refuse(503, "busy", f"{self._limits.requests} requests are in progress")
                return
            self._busy += is_counted
            try:
                await self._handle(exchange)
            finally:
                self._busy -= is_counted
        finally:
            route = scope.get("route")
            name = route.path if route is not None else "unknown"
            self._metrics.count_request(name, exchange.status, time.perf_counter() - started)

    async def _handle(self, exchange: _Exchange) -> None:
        if exchange.scope["method"] != "GET":
            length = exchange.find_length()
            if length is not None and length > self._limits.body_bytes:
                await exchange.refuse(413, "too-large", f"the body is larger than {self._limits.body_bytes:,} bytes")
                return
        task = self._watch.add()
        try:
            await self._app(exchange.scope, exchange.receive, exchange.send)
        except asyncio.CancelledError:
            if not self._watch.is_late(task) or exchange.status:
                raise
            task.uncancel()
            await exchange.refuse(503, "too-slow", f"the request was not answered within {self._limits.seconds:g} s")
        finally:
            self._watch.remove(task)


class _Watch:
    """Cancels tasks that take too long. One timer looks at all of them: a timer for each request costs more."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._deadlines: dict[asyncio.Task[Any], float] = {}
        self._late: set[asyncio.Task[Any]] = set()
        self._is_running = False

    def add(self) -> asyncio.Task[Any]:
        """Watch the current task and return it."""
        task = asyncio.current_task()
        if task is None:
            raise RuntimeError("a request is handled by a task")
        self._deadlines[task] = time.monotonic() + self._seconds
        if not self._is_running:
            self._is_running = True
            self._look_later()
        return task

    def remove(self, task: asyncio.Task[Any]) -> None:
        """Watch a task no longer."""
        self._deadlines.pop(task, None)
        self._late.discard(task)

    def is_late(self, task: asyncio.Task[Any]) -> bool:
        """Whether a task was cancelled because it took too long."""
        return task in self._late

    def _look_later(self) -> None:
        asyncio.get_running_loop().call_later(min(1.0, self._seconds / 10), self._look)

    def _look(self) -> None:
        now = time.monotonic()
        for task, deadline in self._deadlines.items():
            if deadline < now and task not in self._late:
                self._late.add(task)
                task.cancel()
        self._is_running = bool(self._deadlines)
        if self._is_running:
            self._look_later()


class _Exchange:
    """One request and its response; `status` is 0 until the response has begun."""

    __slots__ = ("_max_bytes", "_receive", "_received", "_send", "scope", "status")

    def __init__(self, scope: Scope, receive: Receive, send: Send, max_bytes: int) -> None:
        self.scope, self._receive, self._send = scope, receive, send
        self.status, self._received, self._max_bytes = 0, 0, max_bytes

    def find_length(self) -> int | None:
        """Return the length that the request names, if it is a number."""
        for name, value in self.scope["headers"]:
            if name == b"content-length" and value.isdigit():
                return int(value[:20])
        return None

    def find_host(self) -> str:
        """Return the name in the Host header, without its port and in lower case."""
        for name, value in self.scope["headers"]:
            if name == b"host":
                host: str = value.decode("latin-1").lower()
                return host.partition("]")[0].lstrip("[") if host.startswith("[") else host.partition(":")[0]
        return ""

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
            has_policy = any(name == POLICY_HEADER for name, _ in headers)
            message["headers"] = [*headers, *(_HEADERS[:-1] if has_policy else _HEADERS)]
        await self._send(message)

    async def refuse(self, status: int, name: str, detail: str) -> None:
        """Send a problem document."""
        headers = {"Retry-After": "1"} if status == 503 else {"Connection": "close"}
        await build_problem(status, name, detail, headers=headers)(self.scope, self._receive, self.send)
