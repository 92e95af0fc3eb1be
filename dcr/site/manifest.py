"""Records which files of a site dcr wrote and from what, so that a rebuild writes only what changed."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

NAME = "dcr-site.json"
"""The file of the manifest."""
_FORMAT = 1
_FILE = re.compile(
    r"(?:index|owners|consumers|repositories|audit|audit-[1-9][0-9]{0,8})\.html|sitemap\.txt"
    r"|(?:datasets|compare|consumers)/[a-z0-9._~-]{1,200}\.html|assets/dcr-[0-9a-f]{12}\.(?:css|js)"
)


class FileRecord(NamedTuple):
    """What dcr wrote to a file: the size and the SHA-256 of its content."""

    size: int
    digest: str


class DatasetRecord(NamedTuple):
    """The values of a dataset that other pages need. `key` identifies everything its own pages were made from.

    `entry` is its entry in the search index, as JSON; `transitions` are its changes that have issues, as JSON.
    """

    key: str
    entry: str
    has_comparison: bool
    transitions: str
    transition_count: int


class Manifest(NamedTuple):
    """The files of a site by their paths, its pages by the keys they were made from, and its datasets.

    `pages` are those of all datasets together and those of consumers.
    """

    commit: str
    files: Mapping[str, FileRecord]
    pages: Mapping[str, str]
    datasets: Mapping[str, DatasetRecord]


class UnreadableManifestError(ValueError):
    """The text is no manifest of this version of the format."""


EMPTY = Manifest("", {}, {}, {})


def parse_manifest(content: bytes) -> Manifest:
    """Return the manifest that a file contains. Raise `UnreadableManifestError`."""
    try:
        document = json.loads(content)
        if document["made_by"] != "dcr site" or document["format"] != _FORMAT:
            raise UnreadableManifestError("another format")
        files = {path: _parse_file(path, *values) for path, values in document["files"].items()}
        pages = {path: str(key) for path, key in document["pages"].items()}
        datasets = {dataset_id: DatasetRecord(*values) for dataset_id, values in document["datasets"].items()}
        commit = str(document["commit"])
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
        raise UnreadableManifestError("not a manifest") from error
    return Manifest(commit, files, pages, datasets)


def format_manifest(manifest: Manifest) -> bytes:
    """Return the content of a manifest's file, in a fixed order."""
    lines = [
        _format_section("files", manifest.files.items()),
        _format_section("pages", manifest.pages.items()),
        _format_section("datasets", manifest.datasets.items()),
    ]
    head = f'{{"made_by":"dcr site","format":{_FORMAT},"commit":{json.dumps(manifest.commit)},\n'
    return (head + ",\n".join(lines) + "}\n").encode("ascii")


def _parse_file(path: str, size: Any, digest: Any) -> FileRecord:
    if not _FILE.fullmatch(path) or not isinstance(size, int) or not isinstance(digest, str):
        raise UnreadableManifestError("a file that dcr does not write")
    return FileRecord(size, digest)


def _format_section(name: str, entries: Iterable[tuple[str, Any]]) -> str:
    lines = ",\n".join(
        f"{json.dumps(key)}:{json.dumps(value, separators=(',', ':'))}" for key, value in sorted(entries)
    )
    return f'"{name}":{{\n{lines}}}'
