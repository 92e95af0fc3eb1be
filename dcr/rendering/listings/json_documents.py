"""JSON of the registry for programs: strict, in ASCII, an entry of a long list to a line.

Keys are stable as the report's are: additions are allowed, renames are not.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from dcr.text.printable import unmarked
from dcr.version import __version__

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from dcr.git.history import Commit
    from dcr.registry.history.facts import Facts
    from dcr.registry.history.replay import Unread
    from dcr.registry.history.timeline import History
    from dcr.registry.snapshot import Opened

SCHEMA_VERSION = 1


def written(document: Mapping[str, Any]) -> str:
    """Return a document as JSON text; each entry of a list at its top is one line, by the quick encoder."""
    parts = []
    for key, value in document.items():
        if isinstance(value, list) and value:
            entries = ",\n    ".join(json.dumps(each, allow_nan=False) for each in value)
            parts.append(f"  {json.dumps(key)}: [\n    {entries}\n  ]")
        else:
            parts.append(f"  {json.dumps(key)}: {json.dumps(value, allow_nan=False)}")
    text = "{\n" + ",\n".join(parts) + "\n}\n"
    return unmarked(text, escape="\\u0023")  # only strings can hold a mark, and there this is the same character


def opening(opened: Opened, history: History) -> dict[str, Any]:
    """Return what every document begins with: who wrote it, where it was read, and whether that is everything."""
    return {
        "schema_version": SCHEMA_VERSION,
        "tool": {"name": "dcr", "version": __version__},
        "ref": {"name": opened.ref, "source": opened.source, "commit": opened.commit},
        "whole": history.whole,
    }


def unread(files: Iterable[Unread]) -> list[dict[str, Any]]:
    """Return the files that could not be read."""
    return [
        {"path": each.path, "message": each.message, "datasets": list(each.datasets), **commit_document(each.commit)}
        for each in files
    ]


def commit_document(commit: Commit) -> dict[str, Any]:
    """Return who changed something, when, and in which commit."""
    return {
        "commit": commit.id,
        "date": commit.date,
        "author": commit.author,
        "email": commit.email,
        "subject": commit.subject,
    }


def promises(facts: Facts) -> dict[str, Any]:
    """Return who answers for a dataset, and how old it may become."""
    return {
        "owners": [{"team": team, "contact": contact} for team, contact in facts.owners],
        "freshness_sla": facts.freshness and {"max_lag_seconds": facts.freshness[0], "measurement": facts.freshness[1]},
        "deprecation_uri": facts.deprecation_uri,
    }
