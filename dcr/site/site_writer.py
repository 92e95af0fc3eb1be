"""Writes the files of a site, leaves those that did not change, and protects files that dcr did not write."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from dcr.site.manifest import EMPTY, NAME, FileRecord, Manifest, UnreadableManifestError, parse_manifest
from dcr.site.output_folder import OutputFolder, SiteFolderError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping


class SiteWriter:
    """Writes files and records them. A file whose content is the recorded one is left as it is."""

    def __init__(self, folder: OutputFolder, before: Manifest, present: Mapping[str, int]) -> None:
        self._folder, self._before, self._present = folder, before, present
        self.files: dict[str, FileRecord] = {}
        self.written = 0

    def is_intact(self, path: str) -> bool:
        """Return whether a file has the size that dcr wrote."""
        known = self._before.files.get(path)
        return known is not None and self._present.get(path) == known.size

    def keep(self, path: str) -> None:
        """Leave a file as it is."""
        self.files[path] = self._before.files[path]

    def write(self, path: str, content: bytes) -> None:
        """Write a file, unless it has this content."""
        record = FileRecord(len(content), hashlib.sha256(content).hexdigest())
        if not self.is_intact(path) or self._before.files[path] != record:
            self._folder.write(path, content)
            self.written += 1
        self.files[path] = record


def read_manifest(folder: OutputFolder) -> Manifest:
    """Return the manifest of a folder, an empty one for an empty folder. Raise `SiteFolderError` for any other one."""
    content = folder.read(NAME)
    if content is None:
        if folder.list_root():
            raise SiteFolderError(
                f"'{folder.path}' is not empty and has no {NAME}", "name an empty folder, or one that dcr site wrote"
            )
        return EMPTY
    try:
        return parse_manifest(content)
    except UnreadableManifestError as error:
        raise SiteFolderError(
            f"'{NAME}' in '{folder.path}' is no manifest that this version of dcr can read",
            "remove the folder, and run dcr site again",
        ) from error


def require_own_files(folder: OutputFolder, before: Manifest, present: Mapping[str, int], paths: Iterable[str]) -> None:
    """Raise `SiteFolderError` if a file that dcr did not write has the name of one that it would write."""
    foreign = next((path for path in paths if path in present and path not in before.files), None)
    if foreign is not None:
        raise SiteFolderError(f"'{foreign}' in '{folder.path}' was not written by dcr", "move it away")
