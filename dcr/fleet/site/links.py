"""Builds the addresses that the pages about a fleet link to."""

from __future__ import annotations

from typing import Protocol

from dcr.site.links import FileLinks, PageLinks, ServerLinks

REPOSITORIES = "repositories.html"


class FleetLinks(PageLinks, Protocol):
    """The addresses of the pages of a registry, and of the repositories."""

    def repositories(self) -> str:
        """Return the address of the page of repositories."""


class FleetFileLinks(FileLinks):
    """Relative addresses between files."""

    def repositories(self) -> str:
        """Return the address of the page of repositories."""
        return f"{self._root}{REPOSITORIES}"


class FleetServerLinks(ServerLinks):
    """Routes of a server."""

    def dataset_parts(self) -> tuple[str, str]:
        """Return what stands before and after the name of a dataset in the address of its page."""
        return f"{self._base}/datasets/", ""

    def repositories(self) -> str:
        """Return the address of the page of repositories."""
        return f"{self._base}/repositories"
