"""Answers the addresses of a server with the pages of a site. The routes of the data are left to the server."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import parse_qs

from dcr.registry.audit import audit
from dcr.site.assets import get_assets
from dcr.site.links import ServerLinks
from dcr.site.pages import (
    build_search_entry,
    render_audit,
    render_comparison,
    render_dataset,
    render_datasets,
    render_owners,
)
from dcr.site.views.audit import AuditPage, AuditSummary, split_pages, summarize, view_transition
from dcr.site.views.dataset import find_dataset, read_datasets
from dcr.site.views.owners import list_owners
from dcr.site.views.registry import RegistryHeader, read_registry

if TYPE_CHECKING:
    from dcr.registry.history.timeline import History
    from dcr.registry.snapshot import Snapshot
    from dcr.site.assets import Asset

DATASET_ACTIONS = ("latest", "versions", "log", "blame", "audit")
"""The last parts of the addresses below a contract that the page of its dataset answers."""


class ServedPages:
    """The pages of one server. What concerns all datasets is rendered once for each commit.

    Safe to use from several threads: two of them may render the same page at once. Each page needs the policy
    `dcr.site.pages.CONTENT_SECURITY_POLICY`, which it also contains.
    """

    def __init__(self, base_url: str = "") -> None:
        self._links = ServerLinks(base_url)
        self._shared: dict[str, tuple[str, str]] = {}
        self._audit: tuple[str, AuditSummary, list[AuditPage]] | None = None

    def render(self, snapshot: Snapshot, history: History, path: str, query: str = "") -> str | None:
        """Return the page of a decoded path; None if it has no page, or the dataset does not exist.

        Raise a `DcrError` if the repository lacks what the page needs.
        """
        if path in ("/", "/datasets"):
            return self._render_datasets(snapshot, history)
        if path == "/owners":
            return self._render_owners(snapshot, history)
        if path == "/audit":
            return self._render_audit(snapshot, history, query)
        if path.startswith("/contracts/"):
            dataset_id, _, action = path.removeprefix("/contracts/").rpartition("/")
            if action == "diff" or action in DATASET_ACTIONS:
                return self._render_dataset(snapshot, history, dataset_id, query if action == "diff" else None)
        return None

    def _render_datasets(self, snapshot: Snapshot, history: History) -> str:
        """Return the overview. Its search does not read descriptions and fields, which no server keeps."""
        known = self._shared.get("datasets")
        if known is None or known[0] != snapshot.commit:
            registry = read_registry(snapshot, history)
            entries = [build_search_entry(row, self._links) for row in registry.rows]
            known = self._shared["datasets"] = (snapshot.commit, render_datasets(registry, entries, self._links))
        return known[1]

    def _render_owners(self, snapshot: Snapshot, history: History) -> str:
        known = self._shared.get("owners")
        if known is None or known[0] != snapshot.commit:
            owners = list_owners(read_registry(snapshot, history).rows)
            page = render_owners(owners, self._links, _get_header(snapshot))
            known = self._shared["owners"] = (snapshot.commit, page)
        return known[1]

    def _render_audit(self, snapshot: Snapshot, history: History, query: str) -> str | None:
        known = self._audit
        if known is None or known[0] != snapshot.commit:
            found = audit(snapshot, history, history.list_datasets())
            transitions = [view_transition(each.dataset_id, each.step) for each in found.findings]
            summary = summarize(found.dataset_count, found.transition_count, transitions)
            known = self._audit = (snapshot.commit, summary, split_pages(transitions[::-1]))
        _, summary, pages = known
        wanted = parse_qs(query).get("page", [str(len(pages))])[0]
        page = next((each for each in pages if str(each.number) == wanted), None)
        return page and render_audit(page, summary, self._links, _get_header(snapshot))

    def _render_dataset(
        self, snapshot: Snapshot, history: History, dataset_id: str, comparison: str | None
    ) -> str | None:
        dataset = find_dataset(history, dataset_id)
        if dataset is None:
            return None
        view = next(read_datasets(snapshot, history, [dataset]))
        header = _get_header(snapshot)
        if comparison is None:
            return render_dataset(view, self._links, header)
        if view.comparison is None:
            return None
        chosen = parse_qs(comparison)
        versions = (chosen.get("from", [""])[0], chosen.get("to", [""])[0])
        return render_comparison(view, self._links, header, versions)


def find_asset(file_name: str) -> Asset | None:
    """Return the style sheet or the script with a name that pages link to; None for any other name."""
    return next((each for each in get_assets().values() if each.file_name == file_name), None)


def _get_header(snapshot: Snapshot) -> RegistryHeader:
    return RegistryHeader(snapshot.ref, snapshot.commit)
