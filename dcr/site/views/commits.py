"""Describes a commit for the pages: day, author, subject and short id."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from dcr.git.history import Commit

SHORT_ID = 10
MAX_SUBJECT = 120


class CommitView(NamedTuple):
    """A commit as the pages show it. `day` is `undated` for a commit without a date."""

    id: str
    short: str
    day: str
    author: str
    subject: str


def view_commit(commit: Commit) -> CommitView:
    """Return a commit as the pages show it."""
    subject = commit.subject
    if len(subject) > MAX_SUBJECT:
        subject = f"{subject[: MAX_SUBJECT - 1]}…"
    return CommitView(commit.id, commit.id[:SHORT_ID], commit.day, commit.author or "unknown", subject)
