"""One cause that makes a contract invalid, with the path that leads to it."""

from __future__ import annotations

from typing import NamedTuple

Key = str | int


class Violation(NamedTuple):
    """One cause that makes a contract invalid: `path` is the path of keys and indices that leads to it."""

    path: tuple[Key, ...]
    message: str
    hint: str = ""


def is_number(value: object) -> bool:
    """Whether a value is a JSON number; booleans are not."""
    return isinstance(value, int | float) and not isinstance(value, bool)


def describe_value(value: object) -> str:
    """Return a value as messages name it: text in quotes, lists and mappings by what they are."""
    if value is None:
        return "empty"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, list | dict):
        return "a list" if isinstance(value, list) else "a mapping"
    return f"'{value}'" if isinstance(value, str) else str(value)
