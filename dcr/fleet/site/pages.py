"""Renders the pages about a fleet: HTML text, for files and for a server alike."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Any

from dcr.fleet.audit import run_audit
from dcr.fleet.owners import list_teams
from dcr.fleet.site.views import list_consumer_views, read_dataset_views
from dcr.index.consumers import list_uses
from dcr.index.details import list_fields
from dcr.index.queries import list_datasets, list_duplicates, list_failed, list_repositories
from dcr.index.records import REMOVED
from dcr.rendering.html_page import render_page
from dcr.site.embedded_json import dump_json, embed
from dcr.site.links import find_address, get_owner_anchor
from dcr.site.pages import CONTENT_SECURITY_POLICY, MAX_DESCRIPTION, MAX_FIELD_NAMES

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from dcr.fleet.site.links import FleetLinks
    from dcr.fleet.site.views import DatasetView
    from dcr.index.connection import OpenIndex
    from dcr.index.records import StoredDataset

MAX_ISSUES = 1_000
"""The number of issues that the page of the audit lists; `dcr fleet audit` lists all of them."""

_STATUS_CLASSES = {"active": "good", "draft": "info", "deprecated": "warning"}


def render_datasets(index: OpenIndex, links: FleetLinks) -> str:
    """Return the overview, with a search index of all datasets."""
    datasets = list_datasets(index.connection)
    present = [dataset for dataset in datasets if dataset.status != REMOVED]
    return _render(
        "datasets",
        links,
        present=len(present),
        repository_count=len({dataset.repository for dataset in present}),
        duplicates=list_duplicates(index.connection),
        failed=list_failed(index.connection),
        entries=embed(f"[{','.join(_build_entries(index, datasets, links))}]"),
    )


def _build_entries(index: OpenIndex, datasets: Iterable[StoredDataset], links: FleetLinks) -> Iterator[str]:
    """Yield the entry of each dataset in the search index. The repository takes the place of a registry's domain."""
    names: dict[tuple[str, str], list[str]] = defaultdict(list)
    for field in list_fields(index.connection):
        names[field.repository, field.dataset_id].append(field.path)
    for dataset in datasets:
        name = links.dataset_name(dataset.dataset_id)
        yield dump_json([
            dataset.dataset_id,
            "" if name == dataset.dataset_id else name,
            dataset.repository,
            dataset.version,
            dataset.status,
            dataset.format,
            dataset.last_change.day,
            list(dict.fromkeys(team for team, _ in dataset.owners)),
            (dataset.description or "")[:MAX_DESCRIPTION],
            " ".join(names[dataset.repository, dataset.dataset_id])[:MAX_FIELD_NAMES],
        ])  # fmt: skip


def render_dataset(view: DatasetView, links: FleetLinks) -> str:
    """Return the page of one dataset."""
    return _render("dataset", links, view=view)


def find_dataset_page(index: OpenIndex, dataset_id: str, links: FleetLinks) -> str | None:
    """Return the page of a dataset, None if no repository ever defined it."""
    view = next(read_dataset_views(index, [dataset_id]), None)
    return None if view is None else render_dataset(view, links)


def render_owners(index: OpenIndex, links: FleetLinks) -> str:
    """Return the page of owners."""
    return _render("owners", links, teams=list_teams(list_datasets(index.connection)), anchor_of=get_owner_anchor)


def render_consumers(index: OpenIndex, links: FleetLinks) -> str:
    """Return the page of consumers."""
    consumers = list_consumer_views(list_uses(index.connection))
    return _render("consumers", links, consumers=consumers, known=_list_ids(index))


def render_audit(index: OpenIndex, links: FleetLinks) -> str:
    """Return the page of the audit."""
    audit = run_audit(index)
    return _render("audit", links, audit=audit, shown=audit.issues[:MAX_ISSUES], known=_list_ids(index))


def render_repositories(index: OpenIndex, links: FleetLinks) -> str:
    """Return the page of repositories."""
    return _render("repositories", links, repositories=list_repositories(index.connection))


SHARED_PAGES = {
    "index": render_datasets,
    "owners": render_owners,
    "consumers": render_consumers,
    "audit": render_audit,
    "repositories": render_repositories,
}
"""The functions that render the pages that show all datasets, by the names of their files."""


def _list_ids(index: OpenIndex) -> set[str]:
    return {dataset.dataset_id for dataset in list_datasets(index.connection)}


def _render(template: str, links: FleetLinks, **context: Any) -> str:
    return render_page(
        f"fleet/{template}.html.jinja",
        page=template,
        links=links,
        header=None,
        policy=CONTENT_SECURITY_POLICY,
        status_classes=_STATUS_CLASSES,
        address_of=find_address,
        **context,
    )


def list_page_ids(datasets: Sequence[StoredDataset]) -> list[str]:
    """Return the ids that have a page, sorted."""
    return list(dict.fromkeys(dataset.dataset_id for dataset in datasets))
