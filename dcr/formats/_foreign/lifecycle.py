"""The lifecycle of foreign contracts: their words for a status, and the days on which one ends by itself."""

from __future__ import annotations

import re
from datetime import date
from typing import TYPE_CHECKING

from dcr.contract.contract import STATUSES

if TYPE_CHECKING:
    from dcr.formats._foreign.mapping import SourceMapping

STATUS_WORDS = {
    "proposed": "draft", "draft": "draft", "in development": "draft", "development": "draft", "pending": "draft",
    "active": "active", "current": "active", "production": "active", "published": "active", "approved": "active",
    "deprecated": "deprecated", "deprecating": "deprecated",
    "retired": "archived", "archived": "archived", "decommissioned": "archived", "inactive": "archived",
}  # fmt: skip


def read_status_word(tree: SourceMapping, key: str = "status") -> str:
    """Return a lifecycle status; an unknown word is noted and counts as active, the strictest."""
    word = tree.text(key)
    if word is None:
        return "active"
    known = STATUS_WORDS.get(word.strip().lower())
    if known is None:
        tree.note(
            tree.locate(key), f"status '{word}' is not known, judged as active", f"known: {', '.join(STATUS_WORDS)}"
        )
    return known or "active"


def read_day(tree: SourceMapping, key: str, meaning: str) -> date | None:
    """Return the day a key names, with or without a time; None when it is not written, or noted as no date."""
    written = tree.text(key)
    if written is None:
        return None
    match = re.match(r"\d{4}-\d{2}-\d{2}(?![0-9-])", written.strip())
    try:
        day = date.fromisoformat(match.group()) if match else None
    except ValueError:
        day = None
    if day is None:
        tree.note(tree.locate(key), f"{meaning} '{written}' is no date", "write it as 2027-01-31")
    return day


def is_past(day: date | None) -> bool:
    """Whether a day has passed, where the user is."""
    return day is not None and day < date.today()  # noqa: DTZ011 (the user's own day)


def get_later_status(one: str, other: str) -> str:
    """Return the status that is further along: `draft`, `active`, `deprecated`, `archived`."""
    return max(one, other, key=STATUSES.index)
