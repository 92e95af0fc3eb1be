"""Computes keys that change exactly when a page may change: by its revisions, the policy and the program."""

from __future__ import annotations

import hashlib
import os
from functools import lru_cache
from typing import TYPE_CHECKING

from dcr.version import __version__

if TYPE_CHECKING:
    from collections.abc import Iterable

    from dcr.registry.datasets import Dataset
    from dcr.registry.history.timeline import History
    from dcr.registry.snapshot import Snapshot
    from dcr.site.views.uses import UseView

_SOURCES = (".py", ".jinja", ".css", ".js")


def compute_key(*parts: str) -> str:
    """Return a digest of some texts."""
    return hashlib.sha256("\x00".join(parts).encode("utf-8", "surrogatepass")).hexdigest()[:32]


def compute_site_key(snapshot: Snapshot, base_url: str, *, has_consumers: bool = False) -> str:
    """Return the key of what every page depends on: the program, the policy, the navigation and the site's address."""
    return compute_key(identify_program(), repr(snapshot.policy), base_url, "consumers" if has_consumers else "")


def compute_dataset_key(
    site_key: str, history: History, dataset: Dataset, unreadable: Iterable[str], uses: Iterable[UseView] | None = None
) -> str:
    """Return the key of a dataset's pages.

    `uses` are those that its page shows, None if no consumers are declared at all. A commit determines its author, its
    date and its acceptances, and a blob its content. The status may follow from today's date.
    """
    parts = [site_key, *dataset.other_paths, *unreadable, repr(uses)]
    for revision in history.list_revisions(dataset.facts.dataset_id):
        status = revision.facts.status if revision.facts else "removed"
        parts += (revision.commit.id, revision.path, revision.blob, status)
    return compute_key(*parts)


@lru_cache(maxsize=1)
def identify_program() -> str:
    """Return a text that differs between any two programs that may render pages differently: by their sources."""
    package = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
    found = hashlib.sha256(__version__.encode())
    for folder, folders, names in os.walk(package):
        folders.sort()
        for name in sorted(names):
            if name.endswith(_SOURCES):
                with open(os.path.join(folder, name), "rb") as file:
                    found.update(f"{folder[len(package) :]}/{name}\x00".encode())
                    found.update(file.read())
    return found.hexdigest()
