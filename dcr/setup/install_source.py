"""Finds where the running dcr was installed from, so that others can install the same commit."""

from __future__ import annotations

import json
import re
from importlib.metadata import Distribution, PackageNotFoundError, distribution

_COMMIT = re.compile(r"[0-9a-f]{40}(?:[0-9a-f]{24})?\Z")
_PUBLIC_URL = re.compile(r"(?:https|ssh)://[\w.@:~/%+-]+\Z")


def find_install_source() -> str | None:
    """Return the pip argument that installs the same commit; None if dcr came from a folder or a package index.

    Source: the Direct URL record of an installed package (PEP 610).
    """
    try:
        return read_install_source(distribution("dcr-cli"))
    except PackageNotFoundError:
        return None


def read_install_source(installed: Distribution) -> str | None:
    """Return the pip argument that installs the same commit of a package, or None."""
    try:
        record = json.loads(installed.read_text("direct_url.json") or "null")
    except ValueError:
        return None
    version_control = record.get("vcs_info") if isinstance(record, dict) else None
    if not isinstance(version_control, dict) or version_control.get("vcs") != "git":
        return None
    url, commit = str(record.get("url", "")), str(version_control.get("commit_id", ""))
    return f"git+{url}@{commit}" if _PUBLIC_URL.match(url) and _COMMIT.match(commit) else None
