"""Counts issues by state: error, accepted, warning or info."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from dcr.compatibility.severities import ERROR, INFO, WARNING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from dcr.compatibility.issue import Issue

ACCEPTED = "accepted"
STATES = (ERROR, ACCEPTED, WARNING, INFO)
"""The states by which issues are shown and filtered, worst first."""


def get_state(issue: Issue) -> str:
    """Return an issue's severity, or `accepted`."""
    return ACCEPTED if issue.accepted else issue.severity


def count_states(issues: Iterable[Issue]) -> dict[str, int]:
    """Return the number of issues in each state that occurs, worst first."""
    numbers = Counter(get_state(issue) for issue in issues)
    return {state: numbers[state] for state in STATES if numbers[state]}
