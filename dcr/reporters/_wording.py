"""What an issue says beside its message, in the words that all formats share: who breaks, the row, what to do."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from dcr.compatibility.issue import Issue


def one_line(issue: Issue) -> str:
    """Return all of an issue but its row in one line; the user's text in it is as it was written."""
    parts = [issue.message]
    if issue.accepted:
        parts.append(f"accepted: {issue.accepted.reason}")
    if issue.breaks:
        parts.append(f"breaks {who_breaks(issue)}")
    if issue.hint:
        parts.append(f"hint: {issue.hint}")
    return "; ".join(parts)


def who_breaks(issue: Issue) -> str:
    """Return who breaks, in words: `old readers`; empty where an issue breaks nobody."""
    return (issue.breaks or "").replace("_", " ")
