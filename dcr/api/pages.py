"""Answers browsers with pages instead of JSON, by content negotiation. `dcr.site` has the pages.

A page renderer takes the state and the path of a request and returns HTML, or None where there is no page. Without a
renderer every address answers with JSON.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple, Protocol

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import Headers
from starlette.responses import Response

from dcr.api.http.answers import COMMIT_HEADER
from dcr.errors import DcrError
from dcr.site.pages import CONTENT_SECURITY_POLICY
from dcr.site.server import ServedPages

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

    from dcr.api.service import Service
    from dcr.api.snapshots.state import RegistryState

HTML = "text/html"
JSON = "application/json"


class Page(NamedTuple):
    """An HTML page; `policy` is its Content-Security-Policy, for its inline style and script."""

    content: bytes
    policy: str
    status: int = 200


class PageRenderer(Protocol):
    """Renders the HTML page of an address."""

    def __call__(self, state: RegistryState, path: str, query: str) -> Page | None:
        """Return the page. Return None if the address has none: it is then answered with JSON."""


class SitePages:
    """Renders the pages of `dcr.site`, the same that `dcr site` writes to files."""

    def __init__(self) -> None:
        self._pages = ServedPages()

    def __call__(self, state: RegistryState, path: str, query: str) -> Page | None:
        """Return the page. Return None if the address has none, or the repository lacks what the page needs."""
        try:
            html = self._pages.render(state.snapshot, state.history, lambda: state.usage, path, query)
        except DcrError:
            return None
        return None if html is None else Page(html.encode("ascii"), CONTENT_SECURITY_POLICY)


class PageMiddleware:
    """Answers GET requests of browsers with pages. It is added only if there is a renderer."""

    def __init__(self, app: ASGIApp, service: Service, render: PageRenderer) -> None:
        self._app, self._service, self._render = app, service, render

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one request."""
        if scope["type"] != "http" or scope["method"] not in ("GET", "HEAD"):
            await self._app(scope, receive, send)
            return

        async def send_with_vary(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [*message["headers"], (b"vary", b"accept")]
            await send(message)

        state = self._service.live.state
        is_open = not self._service.options.private
        if state is not None and is_open and prefers_html(Headers(scope=scope).get("accept")):
            query = scope["query_string"].decode("latin-1")
            page = await run_in_threadpool(self._render, state, scope["path"], query)
            if page is not None:
                headers = {"content-security-policy": page.policy, COMMIT_HEADER: state.commit}
                await Response(page.content, page.status, headers, HTML)(scope, receive, send_with_vary)
                return
        await self._app(scope, receive, send_with_vary)


def prefers_html(accept: str | None) -> bool:
    """Whether an Accept header ranks HTML above JSON, by the weights of RFC 9110. Without a header, JSON."""
    if not accept or HTML not in accept:
        return False
    weights: dict[str, float] = {}
    for part in accept.split(","):
        media_type, *parameters = (each.strip() for each in part.split(";"))
        weight = next((each[2:] for each in parameters if each.startswith("q=")), "1")
        try:
            weights[media_type.lower()] = float(weight)
        except ValueError:
            weights[media_type.lower()] = 0.0
    html = weights.get(HTML, 0.0)
    return html > 0 and html > weights.get(JSON, 0.0)
