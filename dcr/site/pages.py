"""Renders the pages of the registry from their data: HTML text, for files and for a server alike."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dcr.rendering.html_page import render_page
from dcr.site.embedded_json import dump_json, embed
from dcr.site.links import find_address, get_owner_anchor
from dcr.site.views.fields import walk_names

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from dcr.site.links import PageLinks
    from dcr.site.views.audit import AuditPage, AuditSummary
    from dcr.site.views.consumers import ConsumerView
    from dcr.site.views.dataset import DatasetView
    from dcr.site.views.fields import FieldView
    from dcr.site.views.owners import OwnerView
    from dcr.site.views.registry import DatasetRow, RegistryHeader, RegistryView

CONTENT_SECURITY_POLICY = (
    "default-src 'none'; style-src 'self'; script-src 'self'; img-src data:; base-uri 'none'; form-action 'none'"
)
"""The policy of every page: its own style sheet and script, and nothing else."""

MAX_DESCRIPTION, MAX_FIELD_NAMES = 160, 2_000
"""The number of characters of a description and of field names that the search reads."""
MAX_UNFOLDED = 20
"""The number of timeline entries, of uses, and of what an owner has, that are not folded."""
_STATUS_CLASSES = {"active": "good", "draft": "info", "deprecated": "warning"}


def build_search_text(view: DatasetView) -> tuple[str, str]:
    """Return the description and the field names of a dataset, as far as the search reads them."""
    return shorten_search_text(view.description, view.fields)


def shorten_search_text(description: str, fields: Iterable[FieldView]) -> tuple[str, str]:
    """Return a description and the names of fields, shortened to what the search reads."""
    if len(description) > MAX_DESCRIPTION:
        description = f"{description[: MAX_DESCRIPTION - 1]}…"
    names: list[str] = []
    length = 0
    for name in dict.fromkeys(walk_names(fields)):
        length += len(name) + 1
        if length > MAX_FIELD_NAMES:
            break
        names.append(name)
    return description, " ".join(names)


def build_search_entry(row: DatasetRow, links: PageLinks, description: str = "", field_names: str = "") -> str:
    """Return the entry of a dataset in the search index of the overview, as JSON.

    The order of its values is that of `fields` in search.js. The name of its page is left out if it is the id.
    """
    name = links.dataset_name(row.dataset_id)
    return dump_json([
        row.dataset_id,
        "" if name == row.dataset_id else name,
        row.domain,
        row.version,
        row.status,
        row.format,
        row.changed.day,
        list(row.teams),
        description,
        field_names,
    ])  # fmt: skip


def render_datasets(view: RegistryView, entries: Iterable[str], links: PageLinks) -> str:
    """Return the overview. `entries` are those of `build_search_entry`, one for each row."""
    removed = sum(row.is_removed for row in view.rows)
    return _render(
        "datasets",
        "datasets",
        links,
        registry=view,
        removed=removed,
        present=len(view.rows) - removed,
        owner_count=len({team for row in view.rows if not row.is_removed for team in row.teams}),
        domain_count=len({row.domain for row in view.rows if not row.is_removed}),
        entries=embed(f"[{','.join(entries)}]"),
    )


def render_dataset(view: DatasetView, links: PageLinks, header: RegistryHeader | None = None) -> str:
    """Return the page of one dataset. The footer shows the commit of the header, if there is one."""
    labels = [each["label"] for each in view.comparison["versions"]] if view.comparison else []
    return _render(
        "dataset", "", links, header, view=view, labels=labels, unfolded=MAX_UNFOLDED, address_of=find_address
    )


def render_comparison(
    view: DatasetView,
    links: PageLinks,
    header: RegistryHeader | None = None,
    chosen: tuple[str, str] = ("", ""),
) -> str:
    """Return the page that compares any two versions. `chosen` are the labels of the versions to begin with.

    Without them, the fragment of the address decides, or else the two newest versions are compared. Raise `ValueError`
    for a dataset that has one version only.
    """
    if view.comparison is None:
        raise ValueError("a dataset with one version has nothing to compare")
    data = embed(dump_json(view.comparison))
    return _render("comparison", "", links, header, view=view, data=data, chosen=chosen)


def render_owners(owners: Sequence[OwnerView], links: PageLinks, header: RegistryHeader | None = None) -> str:
    """Return the page of owners."""
    return _render(
        "owners",
        "owners",
        links,
        header,
        owners=owners,
        unfolded=MAX_UNFOLDED,
        address_of=find_address,
        anchor_of=get_owner_anchor,
    )


def render_consumers(
    owners: Sequence[OwnerView],
    unreadable: Sequence[tuple[str, str]],
    unreadable_count: int,
    links: PageLinks,
    header: RegistryHeader | None = None,
) -> str:
    """Return the overview of consumers, by their owners. `unreadable` are files that cannot be read, with reasons."""
    return _render(
        "consumers",
        "consumers",
        links,
        header,
        owners=owners,
        consumer_count=len({consumer.name for owner in owners for consumer in owner.consumers}),
        unreadable=unreadable,
        unreadable_count=unreadable_count,
        unfolded=MAX_UNFOLDED,
        address_of=find_address,
    )


def render_consumer(view: ConsumerView, links: PageLinks, header: RegistryHeader | None = None) -> str:
    """Return the page of one consumer."""
    return _render("consumer", "", links, header, view=view, address_of=find_address)


def render_audit(
    page: AuditPage, summary: AuditSummary | None, links: PageLinks, header: RegistryHeader | None = None
) -> str:
    """Return one page of the audit. Only the newest page of a site shows the summary: older ones stay as they are."""
    return _render("audit", "audit", links, header, audit=page, summary=summary)


def _render(template: str, page: str, links: PageLinks, header: RegistryHeader | None = None, **context: Any) -> str:
    return render_page(
        f"site/{template}.html.jinja",
        page=page,
        links=links,
        header=header,
        policy=CONTENT_SECURITY_POLICY,
        status_classes=_STATUS_CLASSES,
        **context,
    )
