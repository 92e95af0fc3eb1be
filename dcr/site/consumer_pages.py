"""Writes the pages of consumers, and only those that may have changed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dcr.site.keys import compute_key
from dcr.site.links import FileLinks, get_consumer_path
from dcr.site.pages import render_consumer

if TYPE_CHECKING:
    from collections.abc import Mapping

    from dcr.registry.history.timeline import History
    from dcr.site.shared_pages import FileWriter
    from dcr.site.views.consumers import DeclaredConsumers


class ConsumerPages:
    """The pages of all consumers. `before` are the keys of the last build by path.

    A key identifies what a consumer declares and the versions of its datasets.
    """

    def __init__(
        self, consumers: DeclaredConsumers, site_key: str, before: Mapping[str, str], writer: FileWriter
    ) -> None:
        self._consumers, self._writer = consumers, writer
        self.keys = {
            get_consumer_path(name): compute_key(site_key, consumers.describe(name)) for name in consumers.names
        }
        """The key of each page by its path."""
        self._stale = [
            name
            for name in consumers.names
            if before.get(path := get_consumer_path(name)) != self.keys[path] or not writer.is_intact(path)
        ]

    @property
    def stale_paths(self) -> list[str]:
        """The pages that have to be made."""
        return [get_consumer_path(name) for name in self._stale]

    def write(self, history: History, base_url: str) -> None:
        """Write the pages that changed, and keep the others."""
        stale = set(self.stale_paths)
        for path in self.keys:
            if path not in stale:
                self._writer.keep(path)
        for view in self._consumers.read_views(history, self._stale):
            path = get_consumer_path(view.name)
            page = render_consumer(view, FileLinks(path, base_url, has_consumers=True))
            self._writer.write(path, page.encode("ascii"))
