"""Holds one reason why a contract is invalid, with its path in the contract."""

from __future__ import annotations

from typing import NamedTuple

Key = str | int


class Violation(NamedTuple):
    """One reason why a contract is invalid: `path` is the keys and indices that lead to it."""

    path: tuple[Key, ...]
    message: str
    hint: str = ""


def is_number(value: object) -> bool:
    """Return whether a value is a JSON number; booleans are not."""
    return isinstance(value, int | float) and not isinstance(value, bool)


def describe_value(value: object) -> str:
    """Return a value for a message: text in quotes, a list or a mapping by its type."""
    if value is None:
        return "empty"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, list | dict):
        return "a list" if isinstance(value, list) else "a mapping"
    return f"'{value}'" if isinstance(value, str) else str(value)
