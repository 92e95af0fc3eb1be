"""Formats consumers and their teams as Markdown, in which only handles of the policy are mentions."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from dcr.rendering.reports._code_spans import format_code
from dcr.rendering.reports._consumer_text import MAX_LISTED, MAX_TEXT, describe_consumer, describe_team
from dcr.report.reached_teams import list_reached_teams

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from dcr.compatibility.reach import ReachedConsumer
    from dcr.report.report import Report

MAX_TEAMS = 20


def list_consumers(consumers: Sequence[ReachedConsumer]) -> Iterator[str]:
    """Yield the first consumers with their owners, and the number of the others."""
    for consumer in consumers[:MAX_LISTED]:
        yield describe_consumer(consumer, _format_name)
    if len(consumers) > MAX_LISTED:
        yield f"and {len(consumers) - MAX_LISTED:,} more"


def list_team_lines(report: Report) -> tuple[list[str], int]:
    """Return a line for each team, and the number of teams that are left out."""
    teams = list_reached_teams(report)
    lines = [describe_team(team, _format_name, _format_handle) for team in teams[:MAX_TEAMS]]
    return lines, max(len(teams) - MAX_TEAMS, 0)


def _format_name(text: str) -> str:
    return format_code(text, MAX_TEXT)


def _format_handle(handle: str) -> str:
    """Return a handle as a mention, which notifies the team. An e-mail address is none."""
    if not re.fullmatch(r"@[A-Za-z0-9][A-Za-z0-9_./-]*", handle):
        return _format_name(handle)
    return handle.replace("_", "\\_")
