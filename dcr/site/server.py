"""Answers the addresses of a server with the pages of a site. The routes of the data are left to the server."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import parse_qs

from dcr.registry.audit import audit
from dcr.registry.datasets import list_datasets
from dcr.report.policy_issues import get_today
from dcr.site.assets import get_assets
from dcr.site.links import ServerLinks
from dcr.site.pages import (
    build_search_entry,
    render_audit,
    render_comparison,
    render_consumer,
    render_consumers,
    render_dataset,
    render_datasets,
    render_owners,
)
from dcr.site.views.audit import AuditPage, AuditSummary, split_pages, summarize, view_transition
from dcr.site.views.consumers import DeclaredConsumers
from dcr.site.views.dataset import find_dataset, read_datasets
from dcr.site.views.owners import list_owners
from dcr.site.views.registry import RegistryHeader, read_registry

if TYPE_CHECKING:
    from collections.abc import Callable

    from dcr.registry.history.timeline import History
    from dcr.registry.snapshot import Snapshot
    from dcr.registry.usage import Usage
    from dcr.site.assets import Asset

DATASET_ACTIONS = ("latest", "versions", "log", "blame", "audit", "consumers")
"""The last parts of the addresses below a contract that the page of its dataset answers."""
_SHARED = ("/", "/datasets", "/owners", "/consumers", "/audit")
_CONTRACTS, _CONSUMERS = "/contracts/", "/consumers/"


class _Content(NamedTuple):
    """What the pages of one commit are made of."""

    snapshot: Snapshot
    history: History
    consumers: DeclaredConsumers
    links: ServerLinks

    @property
    def header(self) -> RegistryHeader:
        return RegistryHeader(self.snapshot.ref, self.snapshot.commit)


class ServedPages:
    """The pages of one server. What concerns all datasets is rendered once for each commit.

    Safe to use from several threads: two of them may render the same page at once. Each page needs the policy
    `dcr.site.pages.CONTENT_SECURITY_POLICY`, which it also contains.
    """

    def __init__(self, base_url: str = "") -> None:
        self._base_url = base_url
        self._shared: dict[str, tuple[str, str]] = {}
        self._audit: tuple[str, AuditSummary, list[AuditPage]] | None = None
        self._consumers: tuple[tuple[str, str], DeclaredConsumers] | None = None

    def render(
        self, snapshot: Snapshot, history: History, read_usage: Callable[[], Usage], path: str, query: str = ""
    ) -> str | None:
        """Return the page of a decoded path; None if it has no page, or the dataset or the consumer does not exist.

        `read_usage` returns the declared consumers of the commit. Raise a `DcrError` if the repository lacks what the
        page needs.
        """
        if path not in _SHARED and not path.startswith((_CONTRACTS, _CONSUMERS)):
            return None
        if path.startswith(_CONTRACTS):
            dataset_id, _, action = path.removeprefix(_CONTRACTS).rpartition("/")
            if action not in ("diff", *DATASET_ACTIONS) or find_dataset(history, dataset_id) is None:
                return None
            content = self._open(snapshot, history, read_usage)
            return _render_dataset(content, dataset_id, query if action == "diff" else None)
        content = self._open(snapshot, history, read_usage)
        if path.startswith(_CONSUMERS):
            return _render_consumer(content, path.removeprefix(_CONSUMERS))
        if path == "/audit":
            return self._render_audit(content, query)
        render = {"/owners": _render_owners, "/consumers": _render_consumers}.get(path, _render_datasets)
        return self._render_once(content, path, render)

    def _open(self, snapshot: Snapshot, history: History, read_usage: Callable[[], Usage]) -> _Content:
        basis = (snapshot.commit, get_today())
        known = self._consumers
        if known is None or known[0] != basis:
            known = self._consumers = (basis, DeclaredConsumers(read_usage(), list_datasets(history), basis[1]))
        consumers = known[1]
        return _Content(snapshot, history, consumers, ServerLinks(self._base_url, has_consumers=not consumers.is_empty))

    def _render_once(self, content: _Content, path: str, render: Callable[[_Content], str]) -> str:
        """Return a page that is the same for everybody until the ref moves."""
        known = self._shared.get(path)
        if known is None or known[0] != content.snapshot.commit:
            known = self._shared[path] = (content.snapshot.commit, render(content))
        return known[1]

    def _render_audit(self, content: _Content, query: str) -> str | None:
        known, snapshot, history = self._audit, content.snapshot, content.history
        if known is None or known[0] != snapshot.commit:
            found = audit(snapshot, history, history.list_datasets())
            transitions = [view_transition(each.dataset_id, each.step) for each in found.findings]
            summary = summarize(found.dataset_count, found.transition_count, transitions)
            known = self._audit = (snapshot.commit, summary, split_pages(transitions[::-1]))
        _, summary, pages = known
        wanted = parse_qs(query).get("page", [str(len(pages))])[0]
        page = next((each for each in pages if str(each.number) == wanted), None)
        return page and render_audit(page, summary, content.links, content.header)


def _render_datasets(content: _Content) -> str:
    """Return the overview. Its search does not read descriptions and fields, which no server keeps."""
    registry = read_registry(content.snapshot, content.history)
    entries = [build_search_entry(row, content.links) for row in registry.rows]
    return render_datasets(registry, entries, content.links)


def _render_owners(content: _Content) -> str:
    rows = read_registry(content.snapshot, content.history).rows
    return render_owners(list_owners(rows, content.consumers.list_rows()), content.links, content.header)


def _render_consumers(content: _Content) -> str:
    consumers = content.consumers
    owners = list_owners((), consumers.list_rows())
    return render_consumers(
        owners, consumers.list_unreadable(), consumers.unreadable_count, content.links, content.header
    )


def _render_consumer(content: _Content, name: str) -> str | None:
    if not content.consumers.usage.declared.find_consumers(name):
        return None
    view = next(content.consumers.read_views(content.history, [name]))
    return render_consumer(view, content.links, content.header)


def _render_dataset(content: _Content, dataset_id: str, comparison: str | None) -> str | None:
    dataset = find_dataset(content.history, dataset_id)
    if dataset is None:
        return None
    view = next(read_datasets(content.snapshot, content.history, [dataset], content.consumers.find_uses))
    if comparison is None:
        return render_dataset(view, content.links, content.header)
    if view.comparison is None:
        return None
    chosen = parse_qs(comparison)
    versions = (chosen.get("from", [""])[0], chosen.get("to", [""])[0])
    return render_comparison(view, content.links, content.header, versions)


def find_asset(file_name: str) -> Asset | None:
    """Return the style sheet or the script with a name that pages link to; None for any other name."""
    return next((each for each in get_assets().values() if each.file_name == file_name), None)
