"""How values are written in messages, the same in every rule."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Sequence

MAX_LISTED = 8


def shown(value: Any) -> str:
    """Return a value as a contract writes it: text in quotes, none for nothing."""
    if value is None:
        return "none"
    if isinstance(value, bool):
        return str(value).lower()
    return f"'{value}'" if isinstance(value, str) else str(value)


def listed(values: Sequence[Any]) -> str:
    """Return some values with commas between, the rest counted."""
    text = ", ".join(shown(value) for value in values[:MAX_LISTED])
    rest = len(values) - MAX_LISTED
    return f"{text} and {rest} more" if rest > 0 else text
