"""Defines the routes that read the declared consumers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from fastapi import APIRouter, Path, Query
from starlette.requests import Request
from starlette.responses import Response

from dcr.api import consumer_documents
from dcr.api.access import require_reader
from dcr.api.http import openapi_consumers as openapi
from dcr.api.http.answers import answer
from dcr.api.routes.reads import DatasetId, answer_about_dataset
from dcr.api.service import get_service
from dcr.report.policy_issues import get_today

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable

    from dcr.api.http.answers import PreparedBody
    from dcr.api.snapshots.state import RegistryState

router = APIRouter(tags=["consumers"])


async def _answer(request: Request, key: Hashable, build: Callable[[RegistryState], PreparedBody]) -> Response:
    """Return the answer about all consumers of a commit; a body that is not known is built in a thread."""
    await require_reader(request)
    service = get_service(request)
    state = await service.get_state()
    body = service.bodies.find(key, state.commit)
    if body is None:
        state, body = await service.build_body(state, build)
        service.bodies.add(key, state.commit, body)
    return answer(request, body, state.commit)


@router.get("/consumers", responses=openapi.CONSUMERS)
async def consumers(
    request: Request,
    dataset: Annotated[str | None, Query(max_length=200, description="Only consumers of this dataset.")] = None,
    owner: Annotated[str | None, Query(max_length=200, description="A part of an owner's team or contact.")] = None,
    cursor: Annotated[str | None, Query(max_length=1_000, description="`next` of the page before.")] = None,
) -> Response:
    """List the declared consumers, 100 a page."""
    query = consumer_documents.ConsumerQuery(dataset, owner, cursor)
    return await _answer(request, query, lambda state: consumer_documents.list_consumers_body(state, query))


@router.get("/consumers/{name:path}", responses=openapi.CONSUMER)
async def consumer(
    request: Request,
    name: Annotated[str, Path(description="The consumer's name.", examples=["finance.revenue_dashboard"])],
) -> Response:
    """Return what a consumer declares: its owners, and what it uses of which datasets."""
    today = get_today()
    return await _answer(
        request, ("consumer", name, today), lambda state: consumer_documents.consumer_body(state, name, today)
    )


@router.get("/contracts/{dataset_id:path}/consumers", responses=openapi.DATASET_CONSUMERS)
async def dataset_consumers(request: Request, dataset_id: DatasetId) -> Response:
    """Return the declared uses of a dataset."""
    today = get_today()
    return await answer_about_dataset(
        request,
        dataset_id,
        ("dataset consumers", dataset_id, today),
        lambda state: consumer_documents.dataset_consumers_body(state, dataset_id, today),
        names_commit=True,
    )
