"""Serves the answers over all repositories of a fleet over HTTP: JSON, or pages for browsers. It writes nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from fastapi import FastAPI, Query
from fastapi.responses import Response
from starlette.middleware import Middleware
from starlette.requests import Request

from dcr.api.http.answers import JSON, prepare_json
from dcr.api.http.limits import POLICY_HEADER, LimitMiddleware, Limits
from dcr.api.http.metrics import CONTENT_TYPE, Metrics
from dcr.api.http.problems import add_problem_handlers, build_problem, not_found
from dcr.api.pages import HTML, prefers_html
from dcr.errors import UsageError
from dcr.fleet.errors import UnknownDatasetError
from dcr.fleet.service_documents import (
    ImpactQuery,
    audit_document,
    consumers_document,
    dataset_document,
    datasets_document,
    impact_document,
    owners_document,
    repositories_document,
)
from dcr.fleet.site.links import FleetServerLinks
from dcr.fleet.site.pages import SHARED_PAGES, find_dataset_page
from dcr.index.connection import FleetIndexError, OpenIndex
from dcr.site.assets import get_assets
from dcr.site.pages import CONTENT_SECURITY_POLICY
from dcr.version import __version__

if TYPE_CHECKING:
    from collections.abc import Callable

    from dcr.index.connection import FleetIndex

_POLICY = {POLICY_HEADER.decode(): CONTENT_SECURITY_POLICY}
_LINKS = FleetServerLinks(has_consumers=True)
_DESCRIPTION = "Answers over the index of many repositories of data contracts, as the last dcr fleet sync stored it."


def create_fleet_app(index: FleetIndex, limits: Limits | None = None) -> FastAPI:
    """Return the ASGI application for an open index. Each request reads one state of it."""
    metrics = Metrics()
    app = FastAPI(
        title="data-contract-fleet",
        version=__version__,
        description=_DESCRIPTION,
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
        middleware=[Middleware(LimitMiddleware, metrics=metrics, limits=limits or Limits())],
    )
    add_problem_handlers(app)
    app.add_exception_handler(FleetIndexError, _answer_index_error)
    app.add_exception_handler(UsageError, _answer_usage_error)
    routes = _Routes(index, metrics)
    for path, endpoint in (
        ("/", routes.show_datasets),
        ("/datasets", routes.show_datasets),
        ("/datasets/{dataset_id:path}", routes.show_dataset),
        ("/owners", routes.show_owners),
        ("/consumers", routes.show_consumers),
        ("/audit", routes.show_audit),
        ("/repositories", routes.show_repositories),
        ("/impact/{dataset_id:path}", routes.show_impact),
        ("/assets/{name}", routes.show_asset),
        ("/healthz", routes.show_health),
        ("/metrics", routes.show_metrics),
    ):
        app.add_api_route(path, endpoint, methods=["GET"], response_class=Response)
    return app


class _Routes:
    """The routes of one application. FastAPI runs them in threads."""

    def __init__(self, index: FleetIndex, metrics: Metrics) -> None:
        self._index, self._metrics = index, metrics

    def show_datasets(
        self, request: Request, owner: str | None = None, status: str | None = None, pattern: str | None = None
    ) -> Response:
        """Return the datasets of all repositories."""
        return self._answer(request, "index", lambda index: datasets_document(index, owner, status, pattern))

    def show_dataset(self, request: Request, dataset_id: str) -> Response:
        """Return a dataset in each repository that defines it: its facts, fields, versions and uses."""
        if _is_browser(request):
            with self._open() as index:
                page = find_dataset_page(index, dataset_id, _LINKS)
            if page is not None:
                return _create_page(page)
        return self._answer(request, "", lambda index: dataset_document(index, dataset_id))

    def show_owners(self, request: Request) -> Response:
        """Return the teams with their datasets."""
        return self._answer(request, "owners", owners_document)

    def show_consumers(self, request: Request, dataset: str | None = None) -> Response:
        """Return the declared uses, of one dataset or of all."""
        return self._answer(request, "consumers", lambda index: consumers_document(index, dataset))

    def show_audit(self, request: Request, since: str | None = None, pattern: str | None = None) -> Response:
        """Return the issues in the histories of all repositories, and duplicate ids."""
        return self._answer(request, "audit", lambda index: audit_document(index, since, pattern))

    def show_repositories(self, request: Request) -> Response:
        """Return the repositories with the commits that were read."""
        return self._answer(request, "repositories", repositories_document)

    def show_impact(
        self,
        request: Request,
        dataset_id: str,
        field: str | None = None,
        enum_remove: list[str] | None = Query(default=None),  # noqa: B008 (FastAPI's form)
    ) -> Response:
        """Return whom the removal of a dataset, a field or enum values would reach."""
        query = ImpactQuery(dataset_id, field, tuple(enum_remove or ()))
        return self._answer(request, "", lambda index: impact_document(index, query))

    def show_asset(self, name: str) -> Response:
        """Return the style sheet or the script of the pages."""
        for asset in get_assets().values():
            if asset.file_name == name:
                headers = {"cache-control": "public, max-age=31536000, immutable"}
                return Response(asset.content, media_type=asset.media_type, headers=headers)
        raise not_found("there is no such file")

    def show_health(self) -> Response:
        """Return that the process answers."""
        return Response(b'{"status":"ok"}', media_type=JSON)

    def show_metrics(self) -> Response:
        """Return the metrics as Prometheus reads them."""
        return Response(self._metrics.render(), media_type=CONTENT_TYPE)

    def _answer(self, request: Request, page: str, build: Callable[[OpenIndex], dict[str, Any]]) -> Response:
        with self._open() as index:
            if page and _is_browser(request):
                return _create_page(SHARED_PAGES[page](index, _LINKS))
            body = prepare_json(build(index))
        headers = {"etag": body.etag, "cache-control": "no-cache", "vary": "accept"}
        if request.headers.get("if-none-match") == body.etag:
            return Response(status_code=304, headers=headers)
        return Response(body.content, media_type=JSON, headers=headers)

    def _open(self) -> Any:
        return self._index.open()


def _is_browser(request: Request) -> bool:
    return prefers_html(request.headers.get("accept"))


def _create_page(html: str) -> Response:
    return Response(html.encode("ascii"), media_type=HTML, headers={**_POLICY, "vary": "accept"})


async def _answer_index_error(_request: Request, error: Exception) -> Response:
    message, hint = (error.message, error.hint) if isinstance(error, FleetIndexError) else (str(error), "")
    return build_problem(503, "index-unavailable", message, hint)


async def _answer_usage_error(_request: Request, error: Exception) -> Response:
    message, hint = (error.message, error.hint) if isinstance(error, UsageError) else (str(error), "")
    if isinstance(error, UnknownDatasetError):
        return build_problem(404, "not-found", message, hint)
    return build_problem(400, "bad-request", message, hint)
