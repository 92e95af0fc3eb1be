"""Suggests the known name that is closest to an unknown one."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

MAX_WORD_LENGTH = 100
"""The maximum length of a name to suggest for, since a comparison takes quadratic time."""


def format_suggestion(name: str, known: Iterable[str]) -> str:
    """Return "did you mean 'x'?" for the known name closest to an unknown one, or an empty string."""
    if len(name) > MAX_WORD_LENGTH:
        return ""
    import difflib  # noqa: PLC0415 (needed only for mistakes)

    matches = difflib.get_close_matches(name.lower().replace("-", "_"), list(known), n=1, cutoff=0.6)
    return f"did you mean '{matches[0]}'?" if matches else ""
