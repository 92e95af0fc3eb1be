"""Defines the routes that read the registry."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Literal

from fastapi import APIRouter, Path, Query
from starlette.requests import Request
from starlette.responses import Response

from dcr.api import documents
from dcr.api.access import require_reader
from dcr.api.http import openapi
from dcr.api.http.answers import answer
from dcr.api.http.problems import ProblemError, not_found
from dcr.api.http.threads import run_read
from dcr.api.service import get_service

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable

    from dcr.api.http.answers import PreparedBody
    from dcr.api.snapshots.state import RegistryState

MAX_COMMIT_LENGTH = 64
router = APIRouter()

DatasetId = Annotated[str, Path(description="The dataset's id.", examples=["users.daily_active"])]
Version = Annotated[str, Path(description="A version of the dataset.", examples=["1.0.0"])]
AtCommit = Annotated[
    str | None,
    Query(max_length=MAX_COMMIT_LENGTH, description="The definition of this commit, where a version has several."),
]


async def answer_about_dataset(
    request: Request,
    dataset_id: str,
    key: Hashable,
    build: Callable[[RegistryState], PreparedBody],
    *,
    names_commit: bool = False,
) -> Response:
    """Return the answer about one dataset; a body that is not known is built in a thread.

    A body stays valid while the dataset has no new revision. One that names the commit is valid for that commit alone.
    """
    service = get_service(request)
    if service.options.private:
        await require_reader(request)
    state = service.live.state or await service.get_state()
    basis = state.commit if names_commit else state.revisions.get(dataset_id)
    body = service.bodies.find(key, basis)
    if body is None:
        if dataset_id not in state.revisions:
            raise not_found(f"there is no dataset '{dataset_id}'", "GET /datasets lists all of them")
        state, body = await service.build_body(state, build)
        service.bodies.add(key, state.commit if names_commit else state.revisions.get(dataset_id), body)
    return answer(request, body, state.commit)


@router.get(
    "/contracts/{dataset_id:path}/latest",
    tags=["contracts"],
    responses=openapi.CONTRACT,
    openapi_extra=openapi.describe_parameters("dataset_id"),
)
async def latest(request: Request) -> Response:
    """Return the newest active version of a dataset."""
    # The busiest routes take their parameters from the path themselves: FastAPI's validation costs a fifth of a read.
    dataset_id = request.path_params["dataset_id"]
    return await answer_about_dataset(
        request, dataset_id, ("latest", dataset_id), lambda state: documents.latest_body(state, dataset_id)
    )


@router.get(
    "/contracts/{dataset_id:path}/versions/{version}",
    tags=["contracts"],
    responses=openapi.CONTRACT,
    openapi_extra=openapi.describe_parameters("dataset_id", "version", "commit"),
)
async def version(request: Request) -> Response:
    """Return one version of a dataset."""
    dataset_id, number = request.path_params["dataset_id"], request.path_params["version"]
    commit = request.query_params.get("commit") if request.scope["query_string"] else None
    if commit is not None and len(commit) > MAX_COMMIT_LENGTH:
        raise ProblemError(422, "invalid-request", f"query.commit: longer than {MAX_COMMIT_LENGTH} characters")
    return await answer_about_dataset(
        request,
        dataset_id,
        ("version", dataset_id, number, commit),
        lambda state: documents.version_body(state, dataset_id, number, commit),
    )


@router.get("/contracts/{dataset_id:path}/versions/{version}/source", tags=["contracts"], responses=openapi.SOURCE)
async def source(request: Request, dataset_id: DatasetId, version: Version, commit: AtCommit = None) -> Response:
    """Return the file that defined a version, byte for byte."""
    return await answer_about_dataset(
        request,
        dataset_id,
        ("source", dataset_id, version, commit),
        lambda state: documents.source_body(state, dataset_id, version, commit),
    )


@router.get("/contracts/{dataset_id:path}/versions", tags=["contracts"], responses=openapi.CONTRACTS)
async def versions(request: Request, dataset_id: DatasetId) -> Response:
    """Return every version of a dataset, oldest first."""
    return await answer_about_dataset(
        request, dataset_id, ("versions", dataset_id), lambda state: documents.versions_body(state, dataset_id)
    )


@router.get("/contracts/{dataset_id:path}/diff", tags=["history"], responses=openapi.DOCUMENT)
async def diff(
    request: Request,
    dataset_id: DatasetId,
    before: Annotated[str, Query(alias="from", max_length=100, description="The older version.")],
    after: Annotated[
        str | None, Query(alias="to", max_length=100, description="The newer version. Default: the current one.")
    ] = None,
) -> Response:
    """Return what changed between two versions."""
    return await answer_about_dataset(
        request,
        dataset_id,
        ("diff", dataset_id, before, after),
        lambda state: documents.diff_body(state, dataset_id, before, after),
        names_commit=True,
    )


@router.get("/contracts/{dataset_id:path}/blame", tags=["history"], responses=openapi.DOCUMENT)
async def blame(request: Request, dataset_id: DatasetId) -> Response:
    """Return who added and last changed each field."""
    return await answer_about_dataset(
        request,
        dataset_id,
        ("blame", dataset_id),
        lambda state: documents.blame_body(state, dataset_id),
        names_commit=True,
    )


@router.get("/contracts/{dataset_id:path}/log", tags=["history"], responses=openapi.DOCUMENT)
async def log(request: Request, dataset_id: DatasetId) -> Response:
    """Return every version with its commit, the bump it required and made, and what it broke."""
    return await answer_about_dataset(
        request, dataset_id, ("log", dataset_id), lambda state: documents.log_body(state, dataset_id), names_commit=True
    )


@router.get("/contracts/{dataset_id:path}/audit", tags=["history"], responses=openapi.DOCUMENT)
async def audit(request: Request, dataset_id: DatasetId) -> Response:
    """Return the breaking changes of a dataset that were merged, by today's rules."""
    return await answer_about_dataset(
        request,
        dataset_id,
        ("audit", dataset_id),
        lambda state: documents.audit_body(state, dataset_id),
        names_commit=True,
    )


@router.get("/datasets", tags=["catalog"], responses=openapi.DATASETS)
async def datasets(
    request: Request,
    owner: Annotated[str | None, Query(max_length=200, description="A part of an owner's team or contact.")] = None,
    status: Annotated[
        Literal["draft", "active", "deprecated", "archived", "removed"] | None,
        Query(description="Only datasets in this status. Removed ones are listed only by this word."),
    ] = None,
    pattern: Annotated[str | None, Query(max_length=200, description="Only ids that match, such as `users.*`.")] = None,
    cursor: Annotated[str | None, Query(max_length=1_000, description="`next` of the page before.")] = None,
) -> Response:
    """List datasets, 100 a page."""
    await require_reader(request)
    service = get_service(request)
    state = await service.get_state()
    query = documents.DatasetQuery(owner, status, pattern, cursor)
    body = service.bodies.find(query, state.commit)
    if body is None:
        body = await run_read(documents.list_datasets_body, state, query)
        service.bodies.add(query, state.commit, body)
    return answer(request, body, state.commit)
