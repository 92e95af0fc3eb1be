"""Reads the lifecycle of foreign contracts: their statuses, and the days on which a status ends."""

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


def read_status_word(mapping: SourceMapping, key: str = "status") -> str:
    """Return a lifecycle status; an unknown word is noted and treated as active, the strictest."""
    word = mapping.text(key)
    if word is None:
        return "active"
    status = STATUS_WORDS.get(word.strip().lower())
    if status is None:
        mapping.notes.add(
            mapping.locate(key),
            f"unknown status '{word}', treated as active",
            f"known statuses: {', '.join(STATUS_WORDS)}",
        )
    return status or "active"


def read_day(mapping: SourceMapping, key: str, label: str) -> date | None:
    """Return the day of a key, with or without a time; None if it is not written, or noted as not a date."""
    text = mapping.text(key)
    if text is None:
        return None
    match = re.match(r"\d{4}-\d{2}-\d{2}(?![0-9-])", text.strip())
    try:
        day = date.fromisoformat(match.group()) if match else None
    except ValueError:
        day = None
    if day is None:
        mapping.notes.add(mapping.locate(key), f"{label} '{text}' is not a date", "write it as 2027-01-31")
    return day


def is_past(day: date | None) -> bool:
    """Return whether a day is past in the user's time zone."""
    return day is not None and day < date.today()  # noqa: DTZ011 (the day in the user's time zone)


def get_later_status(first: str, second: str) -> str:
    """Return the later of two statuses in the order `draft`, `active`, `deprecated`, `archived`."""
    return max(first, second, key=STATUSES.index)
