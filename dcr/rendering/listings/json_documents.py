"""Builds the JSON documents of the commands that read the registry.

The JSON is strict and in ASCII. Keys are stable like those of the report: keys may be added, none is renamed.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from dcr.text.printable import escape_ci_markers
from dcr.version import __version__

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from dcr.git.history import Commit
    from dcr.parsing.location import Location
    from dcr.registry.history.facts import DatasetFacts
    from dcr.registry.history.replay import UnreadableVersion
    from dcr.registry.history.timeline import History
    from dcr.registry.snapshot import Snapshot

SCHEMA_VERSION = 1

_FORMER_KEYS = {
    "required": "owed", "actual": "taken", "transitions": "slips", "change": "did", "removed_fields": "gone",
    "complete": "whole",
}  # fmt: skip
"""Keys whose former names are still written, with the same value."""


def with_former_keys(document: dict[str, Any]) -> dict[str, Any]:
    """Return a document that also has the former names of its keys."""
    return {**document, **{old: document[new] for new, old in _FORMER_KEYS.items() if new in document}}


def render_json(document: Mapping[str, Any]) -> str:
    """Return a document as JSON text, with one line for each entry of its topmost lists."""
    encode = json.JSONEncoder(allow_nan=False, check_circular=False).encode
    parts = []
    for key, value in document.items():
        if isinstance(value, list) and value:
            entries = ",\n    ".join(map(encode, value))
            parts.append(f"  {encode(key)}: [\n    {entries}\n  ]")
        else:
            parts.append(f"  {encode(key)}: {encode(value)}")
    text = "{\n" + ",\n".join(parts) + "\n}\n"
    return escape_ci_markers(
        text, escape="\\u0023"
    )  # only strings contain a mark, and in a string the escape is the same character


def header_document(opened: Snapshot, history: History) -> dict[str, Any]:
    """Return the keys that every document begins with: the tool, the commit that was read, and whether all was read."""
    return with_former_keys({
        "schema_version": SCHEMA_VERSION,
        "tool": {"name": "dcr", "version": __version__},
        "ref": {"name": opened.ref, "source": opened.source, "commit": opened.commit},
        "complete": history.is_complete,
    })  # fmt: skip


def unread_documents(files: Iterable[UnreadableVersion]) -> list[dict[str, Any]]:
    """Return the files that could not be read."""
    return [
        {"path": file.path, "message": file.message, "datasets": list(file.datasets), **commit_document(file.commit)}
        for file in files
    ]


def commit_document(commit: Commit) -> dict[str, Any]:
    """Return a commit with its author and date."""
    return {
        "commit": commit.id,
        "date": commit.date,
        "author": commit.author,
        "email": commit.email,
        "subject": commit.subject,
    }


def promise_documents(facts: DatasetFacts) -> dict[str, Any]:
    """Return the owners, the freshness promise and the migration plan of a dataset."""
    return {
        "owners": [{"team": team, "contact": contact} for team, contact in facts.owners],
        "freshness_sla": facts.freshness and {"max_lag_seconds": facts.freshness[0], "measurement": facts.freshness[1]},
        "deprecation_uri": facts.deprecation_uri,
    }


def location_document(location: Location) -> dict[str, Any]:
    """Return a location in a file."""
    return {"path": location.path, "line": location.line, "column": location.column}


def bump_document(required: str | None, actual: str | None) -> dict[str, Any]:
    """Return the required and the actual bump of a change."""
    return with_former_keys({"required": required, "actual": actual})
