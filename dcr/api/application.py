"""Assembles the application: routes, limits, error handling and the OpenAPI document."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING, Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from starlette.middleware import Middleware

from dcr.api.http.limits import LimitMiddleware, Limits
from dcr.api.http.openapi import SECURITY
from dcr.api.http.openapi_schemas import build_schemas
from dcr.api.http.problems import add_problem_handlers
from dcr.api.options import ServiceOptions, check_options, read_environment
from dcr.api.pages import PageMiddleware, SitePages
from dcr.api.routes import checks, consumers, meta, reads, writes
from dcr.api.service import Service
from dcr.version import __version__

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from dcr.api.pages import PageRenderer

_DESCRIPTION = (
    "Registers and checks data contracts. The git history of one ref is the registry: every answer names the commit"
    " that was read, and every write is one commit on that ref, or on a branch for review."
)


def create_app(
    repository: str | None = None,
    ref: str | None = None,
    *,
    options: ServiceOptions | None = None,
    limits: Limits | None = None,
    render_page: PageRenderer | None = None,
) -> FastAPI:
    """Return the ASGI application for a repository; what is not given comes from the `DCR_…` variables.

    Raise a `DcrError` if the options are unsafe, or the repository, the ref or the tokens cannot be used.
    """
    chosen = options or read_environment()
    chosen = chosen._replace(repository=repository or chosen.repository, ref=ref or chosen.ref)
    check_options(chosen)
    service = Service(chosen)

    @contextlib.asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        async with service.run():
            yield

    app = FastAPI(
        title="data-contract-registry",
        version=__version__,
        description=_DESCRIPTION,
        lifespan=lifespan,
        docs_url=None,  # its page would load scripts from another host
        redoc_url=None,
        redirect_slashes=False,
        middleware=_list_middleware(service, limits or Limits(), render_page or SitePages()),
    )
    app.state.service = service
    add_problem_handlers(app)
    for module in (reads, consumers, checks, writes, meta):
        app.include_router(module.router)
    app.openapi = lambda: _describe(app)  # type: ignore[method-assign]
    return app


def _list_middleware(service: Service, limits: Limits, render_page: PageRenderer) -> list[Middleware]:
    return [
        Middleware(LimitMiddleware, metrics=service.metrics, limits=limits),
        Middleware(PageMiddleware, service=service, render=render_page),
    ]


def _describe(app: FastAPI) -> dict[str, Any]:
    """Return the OpenAPI document of an application."""
    if app.openapi_schema is None:
        document = get_openapi(title=app.title, version=app.version, description=app.description, routes=app.routes)
        components = document.setdefault("components", {})
        components["schemas"] = build_schemas()
        components["securitySchemes"] = SECURITY
        app.openapi_schema = _use_problem_for_validation(document)
    return app.openapi_schema


def _use_problem_for_validation(document: dict[str, Any]) -> dict[str, Any]:
    """Remove FastAPI's own shape of validation errors, which are problem documents here."""
    for path in document["paths"].values():
        for operation in path.values():
            operation["responses"].get("422", {}).get("content", {}).pop("application/json", None)
    return document
