"""What an issue says beside its message, in the words that all formats share: who breaks, the row, what to do."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from dcr.compatibility.issue import Issue, IssueAcceptance, Witness

MOST_OF_A_ROW = 240
"""How many characters of a row are shown to people; its subject comes first, so the end can be cut."""


def one_line(issue: Issue) -> str:
    """Return all of an issue but its row in one line; the user's text in it is as it was written."""
    parts = [issue.message]
    if issue.accepted:
        parts.append(f"ACCEPTED: {reason_of(issue.accepted)}")
    if issue.breaks:
        parts.append(f"breaks {who_breaks(issue)}")
    if issue.hint:
        parts.append(f"hint: {issue.hint}")
    return "; ".join(parts)


def who_breaks(issue: Issue) -> str:
    """Return who breaks, in words: `new readers and old readers`; empty where an issue breaks nobody."""
    return " and ".join(who.replace("_", " ") for who, _ in issue.parties)


def who_breaks_when(issue: Issue) -> str:
    """Return who breaks and in which modes: `consumers (backward)`; empty where an issue breaks nobody."""
    named = ((who.replace("_", " "), f" ({', '.join(modes)})" if modes else "") for who, modes in issue.parties)
    return " and ".join(f"{who}{modes}" for who, modes in named)


def reason_of(accepted: IssueAcceptance) -> str:
    """Return why a break is let through, and until when."""
    return f"{accepted.reason} (until {accepted.expires})" if accepted.expires else accepted.reason


def verdict_on_row(witness: Witness) -> str:
    """Return what the two sides make of a row: `accepted by previous, refused by proposed`."""
    twice = " when written twice" if witness.times > 1 else ""
    return f"accepted by {witness.accepted_by}, refused by {witness.refused_by}{twice}"


def row_of(witness: Witness, field: str | None) -> Any:
    """Return the row that proves an issue, what the issue is about first."""
    row = witness.row
    about = re.split(r"[.\[]", field or "")[0]
    return {about: row[about], **row} if isinstance(row, dict) and about in row else row


def written_row(witness: Witness, field: str | None) -> str:
    """Return the row as JSON, as much of it as people read."""
    import json  # noqa: PLC0415 (an unchanged repository has no rows to show)

    return cut(json.dumps(row_of(witness, field), ensure_ascii=False), MOST_OF_A_ROW)


def cut(text: str, most: int) -> str:
    """Return text that says where it goes on, if it is longer than `most` characters."""
    return text if len(text) <= most else f"{text[:most]}…"
