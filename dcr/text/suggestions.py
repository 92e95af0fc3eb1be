"""Did you mean: the known word nearest to one that is not known."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

MAX_WORD_LENGTH = 100  # nobody mistypes a longer one, and comparing takes the square of it


def format_suggestion(wrong: str, known: Iterable[str]) -> str:
    """Return "did you mean 'x'?" for the known word nearest to a wrong one, or an empty text."""
    if len(wrong) > MAX_WORD_LENGTH:
        return ""
    import difflib  # noqa: PLC0415 (only mistakes need it)

    near = difflib.get_close_matches(wrong.lower().replace("-", "_"), list(known), n=1, cutoff=0.6)
    return f"did you mean '{near[0]}'?" if near else ""
