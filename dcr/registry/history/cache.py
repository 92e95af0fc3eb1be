"""Caches the facts of blobs between runs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dcr.git.cache_file import CacheFile
from dcr.registry.history.facts import FileFacts, facts_from_json, facts_to_json

if TYPE_CHECKING:
    from collections.abc import Mapping

READERS = ("contract", "formats", "parsing", "registry")
"""The packages that facts depend on."""

_FORMAT_VERSION = 3


class FactsCache:
    """The cached facts of one repository's blobs, or none without a repository.

    The constructor reads the file, and ignores one that is invalid.
    """

    def __init__(self, common_dir: str | None) -> None:
        self._file = CacheFile(common_dir, "facts", _FORMAT_VERSION, READERS)
        self._stored: Mapping[str, Any] = self._file.load()
        self._new: dict[str, Any] = {}

    def find(self, oid: str) -> FileFacts | None:
        """Return the facts of a blob, or None."""
        value = self._stored.get(oid)
        if value is None:
            return None
        try:
            return facts_from_json(value)
        except (TypeError, ValueError, IndexError):
            return None

    def add(self, oid: str, facts: FileFacts) -> None:
        """Add the facts of a blob, unless they depend on the current date."""
        if self._file.is_enabled and facts.is_cacheable:
            self._new[oid] = facts_to_json(facts)

    def save(self) -> None:
        """Write the stored and the new facts. Do nothing if the file cannot be written."""
        if self._new:
            self._stored, self._new = {**self._stored, **self._new}, {}
            self._file.save(self._stored)
