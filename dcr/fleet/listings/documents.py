"""Builds the parts that the JSON documents about a fleet share."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dcr.index.records import DUPLICATE_HINT, DUPLICATE_KIND
from dcr.rendering.listings.json_documents import SCHEMA_VERSION
from dcr.version import __version__

if TYPE_CHECKING:
    from collections.abc import Iterable

    from dcr.index.records import DuplicateDataset


def header_document(index_name: str) -> dict[str, Any]:
    """Return the keys that every document begins with; the name of the index has no password."""
    return {
        "schema_version": SCHEMA_VERSION,
        "tool": {"name": "dcr", "version": __version__},
        "index": index_name,
    }


def duplicate_documents(duplicates: Iterable[DuplicateDataset]) -> list[dict[str, Any]]:
    """Return the issues of dataset ids that several repositories define."""
    return [
        {
            "kind": DUPLICATE_KIND,
            "severity": "error",
            "dataset_id": each.dataset_id,
            "repositories": list(each.repositories),
            "message": each.message,
            "hint": DUPLICATE_HINT,
        }
        for each in duplicates
    ]
