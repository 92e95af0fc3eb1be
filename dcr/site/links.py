"""Builds the addresses that pages link to: relative ones between files, or the routes of a server."""

from __future__ import annotations

import re
from typing import Protocol
from urllib.parse import quote, urlencode

from dcr.site.assets import get_assets
from dcr.site.file_names import encode_name

INDEX, OWNERS, CONSUMERS, AUDIT = "index.html", "owners.html", "consumers.html", "audit.html"
DATASETS, COMPARISONS, CONSUMER_PAGES, ASSETS = "datasets", "compare", "consumers", "assets"
"""The folders of a site."""

_ADDRESS = re.compile(r"https?://[!#$%&()*+,./0-9:;=?@A-Z\[\]_a-z~-]{1,2000}", re.IGNORECASE)
_BASE_URL = re.compile(r"https?://[A-Za-z0-9.:\[\]-]+(?:/[A-Za-z0-9._~%/-]*)?")
_MAILBOX = re.compile(r"[A-Za-z0-9][A-Za-z0-9._%+-]{0,63}@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+")


class PageLinks(Protocol):
    """The addresses of pages, as the pages of one folder or of one server link to them.

    `canonical` is the public address of the page itself, or empty. `has_consumers` is whether consumers are declared:
    the navigation then leads to them.
    """

    canonical: str
    has_consumers: bool

    def datasets(self) -> str:
        """Return the address of the overview, which reads filters from its fragment: `#owner=…&status=…`."""

    def dataset(self, dataset_id: str) -> str:
        """Return the address of one dataset's page."""

    def dataset_parts(self) -> tuple[str, str]:
        """Return what stands before and after the name of a dataset in the address of its page."""

    def dataset_name(self, dataset_id: str) -> str:
        """Return the name of a dataset in the address of its page."""

    def comparison(self, dataset_id: str, previous: str, proposed: str) -> str:
        """Return the address of the comparison of two versions."""

    def owner(self, team: str | None = None) -> str:
        """Return the address of the page of owners, or of one owner there."""

    def consumer(self, name: str | None = None) -> str:
        """Return the address of the page of all consumers, or of one consumer's page."""

    def audit(self, number: int | None = None) -> str:
        """Return the address of a page of the audit, of the newest one without a number."""

    def asset(self, name: str) -> str:
        """Return the address of the style sheet (`css`) or the script (`js`)."""


class FileLinks:
    """Relative addresses between files; `path` is the file that links, `base_url` where the site is published."""

    def __init__(self, path: str, base_url: str = "", *, has_consumers: bool = False) -> None:
        self._root = "../" * path.count("/")
        self.has_consumers = has_consumers
        self.canonical = f"{base_url.rstrip('/')}/{'' if path == INDEX else path}" if base_url else ""

    def datasets(self) -> str:
        """Return the address of the overview."""
        return f"{self._root}{INDEX}"

    def dataset(self, dataset_id: str) -> str:
        """Return the address of one dataset's page."""
        return f"{self._root}{get_dataset_path(dataset_id)}"

    def dataset_parts(self) -> tuple[str, str]:
        """Return what stands before and after the name of a dataset in the address of its page."""
        return f"{self._root}{DATASETS}/", ".html"

    def dataset_name(self, dataset_id: str) -> str:
        """Return the name of a dataset in the address of its page."""
        return encode_name(dataset_id)

    def comparison(self, dataset_id: str, previous: str, proposed: str) -> str:
        """Return the address of the comparison of two versions."""
        chosen = urlencode({"from": previous, "to": proposed}, errors="surrogatepass")
        return f"{self._root}{get_comparison_path(dataset_id)}#{chosen}"

    def owner(self, team: str | None = None) -> str:
        """Return the address of the page of owners, or of one owner there."""
        return f"{self._root}{OWNERS}" + ("" if team is None else f"#{get_owner_anchor(team)}")

    def consumer(self, name: str | None = None) -> str:
        """Return the address of the page of all consumers, or of one consumer's page."""
        return f"{self._root}{CONSUMERS if name is None else get_consumer_path(name)}"

    def audit(self, number: int | None = None) -> str:
        """Return the address of a page of the audit."""
        return f"{self._root}{AUDIT if number is None else get_audit_path(number)}"

    def asset(self, name: str) -> str:
        """Return the address of the style sheet or the script."""
        return f"{self._root}{ASSETS}/{get_assets()[name].file_name}"


class ServerLinks:
    """Routes of a server below `base_url`, which is empty at the root of a host."""

    def __init__(self, base_url: str = "", *, has_consumers: bool = False) -> None:
        self._base = base_url.rstrip("/")
        self.canonical = ""
        self.has_consumers = has_consumers

    def datasets(self) -> str:
        """Return the address of the overview."""
        return f"{self._base}/datasets"

    def dataset(self, dataset_id: str) -> str:
        """Return the address of one dataset's page."""
        before, after = self.dataset_parts()
        return f"{before}{self.dataset_name(dataset_id)}{after}"

    def dataset_parts(self) -> tuple[str, str]:
        """Return what stands before and after the name of a dataset in the address of its page."""
        return f"{self._base}/contracts/", "/versions"

    def dataset_name(self, dataset_id: str) -> str:
        """Return the id as one segment of a path."""
        return quote(dataset_id, safe="", errors="surrogatepass")

    def comparison(self, dataset_id: str, previous: str, proposed: str) -> str:
        """Return the address of the comparison of two versions."""
        chosen = urlencode({"from": previous, "to": proposed}, errors="surrogatepass")
        return f"{self._base}/contracts/{self.dataset_name(dataset_id)}/diff?{chosen}"

    def owner(self, team: str | None = None) -> str:
        """Return the address of the page of owners, or of one owner there."""
        return f"{self._base}/owners" + ("" if team is None else f"#{get_owner_anchor(team)}")

    def consumer(self, name: str | None = None) -> str:
        """Return the address of the page of all consumers, or of one consumer's page."""
        return f"{self._base}/consumers" + ("" if name is None else f"/{quote(name, safe='', errors='surrogatepass')}")

    def audit(self, number: int | None = None) -> str:
        """Return the address of a page of the audit."""
        return f"{self._base}/audit" + ("" if number is None else f"?page={number}")

    def asset(self, name: str) -> str:
        """Return the address of the style sheet or the script."""
        return f"{self._base}/assets/{get_assets()[name].file_name}"


def get_dataset_path(dataset_id: str) -> str:
    """Return the file of a dataset's page."""
    return f"{DATASETS}/{encode_name(dataset_id)}.html"


def get_comparison_path(dataset_id: str) -> str:
    """Return the file in which the versions of a dataset are compared."""
    return f"{COMPARISONS}/{encode_name(dataset_id)}.html"


def get_consumer_path(name: str) -> str:
    """Return the file of a consumer's page."""
    return f"{CONSUMER_PAGES}/{encode_name(name)}.html"


def get_audit_path(number: int) -> str:
    """Return the file of an older page of the audit."""
    return f"audit-{number}.html"


def get_owner_anchor(team: str) -> str:
    """Return the anchor of an owner on the page of owners."""
    return f"owner-{encode_name(team)}"


def find_address(contact: str) -> str:
    """Return the address that a contact leads to: a web address or a mailbox; empty for any other text."""
    if _ADDRESS.fullmatch(contact):
        return contact
    return f"mailto:{contact}" if _MAILBOX.fullmatch(contact) else ""


def is_base_url(text: str) -> bool:
    """Return whether a text is the address of a folder on the web, where pages can be published."""
    return _BASE_URL.fullmatch(text) is not None
