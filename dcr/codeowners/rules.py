"""Defines what the readers of CODEOWNERS files return: the owners of a path, and the lines that a service ignores."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable

_OWNER = re.compile(r"@{1,2}[\w.-]+(?:/[\w.-]+)*|[^\s@]+@[^\s@]+")
_SEPARATOR = re.compile(r"(?<!\\)\s+")


class Rule(NamedTuple):
    """One line: a pattern and its owners. `is_exclusion` removes the paths that match from its section."""

    line: int
    pattern: str
    matches: Callable[[str], object]
    owners: tuple[str, ...]
    is_exclusion: bool = False


class IgnoredLine(NamedTuple):
    """A line that the service ignores, and the reason."""

    line: int
    reason: str


class Assignment(NamedTuple):
    """The owners of a path, and the lines that assign them. Without lines, no pattern matches the path."""

    owners: tuple[str, ...]
    lines: tuple[int, ...]

    def includes(self, handle: str) -> bool:
        """Return whether a handle is among the owners. Both services ignore the case of letters."""
        return handle.casefold() in {owner.casefold() for owner in self.owners}


class CodeOwners(NamedTuple):
    """A CODEOWNERS file. In each section, the last rule that matches a path counts; GitHub has one section."""

    sections: tuple[tuple[Rule, ...], ...]
    ignored: tuple[IgnoredLine, ...] = ()

    def find_owners(self, path: str) -> Assignment:
        """Return the owners of a path, which is relative to the repository."""
        owners: dict[str, None] = {}
        lines: list[int] = []
        for rules in self.sections:
            if any(rule.matches(path) for rule in rules if rule.is_exclusion):
                continue
            rule = next((rule for rule in reversed(rules) if not rule.is_exclusion and rule.matches(path)), None)
            if rule is not None:
                owners.update(dict.fromkeys(rule.owners))
                lines.append(rule.line)
        return Assignment(tuple(owners), tuple(lines))


def is_owner(word: str) -> bool:
    """Return whether a word is a user, a team or group, a role (`@@maintainer`), or an e-mail address."""
    return _OWNER.fullmatch(word) is not None


def split_words(line: str) -> list[str]:
    """Return the words of a line. A backslash before a space makes the space a part of the word."""
    return [word for word in _SEPARATOR.split(line.strip()) if word]


def quote_path(path: str) -> str:
    """Return the pattern that matches one path only, in both services."""
    return "/" + re.sub(r"([\\\s*?])", r"\\\1", path)
