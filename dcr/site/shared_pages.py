"""Writes the pages that show all datasets: the overview, the owners, the audit and the list of addresses."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Protocol

from dcr.site.keys import compute_key
from dcr.site.links import AUDIT, INDEX, OWNERS, FileLinks, get_audit_path, get_dataset_path
from dcr.site.pages import render_audit, render_datasets, render_owners
from dcr.site.views.audit import sort_transitions, split_pages, summarize, transition_from_json
from dcr.site.views.owners import list_owners

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from dcr.site.manifest import DatasetRecord
    from dcr.site.views.registry import RegistryView

SITEMAP = "sitemap.txt"
MAX_ADDRESSES = 50_000
"""The number of addresses that a sitemap may list. Source: sitemaps.org, protocol 0.9."""


class FileWriter(Protocol):
    """Writes files of a site."""

    def is_intact(self, path: str) -> bool:
        """Return whether a file has the size that dcr wrote."""

    def keep(self, path: str) -> None:
        """Leave a file as it is."""

    def write(self, path: str, content: bytes) -> None:
        """Write a file."""


class SharedPages:
    """The shared pages of a site. `commits` are those of the branch, newest first."""

    def __init__(
        self,
        registry: RegistryView,
        records: Mapping[str, DatasetRecord],
        commits: Sequence[str],
        base_url: str,
    ) -> None:
        self._registry, self._records, self._commits, self._base_url = registry, records, commits, base_url

    def write(self, site_key: str, before: Mapping[str, str], writer: FileWriter) -> dict[str, str]:
        """Write the pages that changed, and return the key of each page. `before` are the keys of the last build."""
        keys: dict[str, str] = {}

        def write(path: str, key: str, render: Callable[[FileLinks], str]) -> None:
            keys[path] = key
            if before.get(path) == key and writer.is_intact(path):
                writer.keep(path)
            else:
                writer.write(path, render(FileLinks(path, self._base_url)).encode("ascii"))

        rows = self._registry.rows
        entries = [self._records[row.dataset_id].entry for row in rows]
        write(
            INDEX,
            compute_key(site_key, repr(self._registry._replace(rows=())), *entries),
            lambda links: render_datasets(self._registry, entries, links),
        )
        owned = [f"{row.dataset_id}\x01{row.status}\x01{row.owners}" for row in rows]
        write(OWNERS, compute_key(site_key, *owned), lambda links: render_owners(list_owners(rows), links))
        self._write_audit(site_key, write)
        if self._base_url:
            paths = [INDEX, OWNERS, AUDIT, *(get_dataset_path(row.dataset_id) for row in rows)][:MAX_ADDRESSES]
            addresses = [FileLinks(path, self._base_url).canonical for path in paths]
            write(SITEMAP, compute_key(site_key, *addresses), lambda _: "".join(f"{each}\n" for each in addresses))
        return keys

    def _write_audit(self, site_key: str, write: Callable[[str, str, Callable[[FileLinks], str]], None]) -> None:
        found = [
            transition_from_json(values)
            for record in self._records.values()
            if record.transitions
            for values in json.loads(record.transitions)
        ]
        oldest_first = sort_transitions(found, self._commits)
        checked = sum(record.transition_count for record in self._records.values())
        summary = summarize(len(self._records), checked, oldest_first)
        for page in split_pages(oldest_first):
            path = AUDIT if page.number == page.page_count else get_audit_path(page.number)
            shown = summary if page.number == page.page_count else None
            write(
                path,
                compute_key(site_key, str(page.page_count), repr(shown), repr(page.transitions)),
                lambda links, page=page, shown=shown: render_audit(page, shown, links),  # type: ignore[misc]
            )
