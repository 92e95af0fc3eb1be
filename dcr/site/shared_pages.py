"""Writes the pages that show all datasets: the overviews, the owners, the audit and the list of addresses."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Protocol

from dcr.site.keys import compute_key
from dcr.site.links import (
    AUDIT,
    CONSUMERS,
    INDEX,
    OWNERS,
    FileLinks,
    get_audit_path,
    get_consumer_path,
    get_dataset_path,
)
from dcr.site.pages import render_audit, render_consumers, render_datasets, render_owners
from dcr.site.views.audit import sort_transitions, split_pages, summarize, transition_from_json
from dcr.site.views.owners import list_owners

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from dcr.site.manifest import DatasetRecord
    from dcr.site.views.consumers import DeclaredConsumers
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
        consumers: DeclaredConsumers,
        commits: Sequence[str],
        base_url: str,
    ) -> None:
        self._registry, self._records, self._consumers = registry, records, consumers
        self._commits, self._base_url = commits, base_url

    def write(self, site_key: str, before: Mapping[str, str], writer: FileWriter) -> dict[str, str]:
        """Write the pages that changed, and return the key of each page. `before` are the keys of the last build."""
        keys: dict[str, str] = {}

        def write(path: str, key: str, render: Callable[[FileLinks], str]) -> None:
            keys[path] = key
            if before.get(path) == key and writer.is_intact(path):
                writer.keep(path)
            else:
                links = FileLinks(path, self._base_url, has_consumers=not self._consumers.is_empty)
                writer.write(path, render(links).encode("ascii"))

        rows = self._registry.rows
        entries = [self._records[row.dataset_id].entry for row in rows]
        write(
            INDEX,
            compute_key(site_key, repr(self._registry._replace(rows=())), *entries),
            lambda links: render_datasets(self._registry, entries, links),
        )
        owned = [f"{row.dataset_id}\x01{row.status}\x01{row.owners}" for row in rows]
        consumers = self._consumers.list_rows()
        owned += [f"{each.name}\x02{each.owners}" for each in consumers]
        write(OWNERS, compute_key(site_key, *owned), lambda links: render_owners(list_owners(rows, consumers), links))
        if not self._consumers.is_empty:
            shown = list_owners((), consumers), self._consumers.list_unreadable(), self._consumers.unreadable_count
            write(CONSUMERS, compute_key(site_key, repr(shown)), lambda links: render_consumers(*shown, links))
        self._write_audit(site_key, write)
        if self._base_url:
            addresses = [FileLinks(path, self._base_url).canonical for path in self._list_paths()[:MAX_ADDRESSES]]
            write(SITEMAP, compute_key(site_key, *addresses), lambda _: "".join(f"{each}\n" for each in addresses))
        return keys

    def _list_paths(self) -> list[str]:
        """Return the pages that search engines are meant to list."""
        datasets = [get_dataset_path(row.dataset_id) for row in self._registry.rows]
        if self._consumers.is_empty:
            return [INDEX, OWNERS, AUDIT, *datasets]
        consumers = [get_consumer_path(name) for name in self._consumers.names]
        return [INDEX, OWNERS, CONSUMERS, AUDIT, *datasets, *consumers]

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
