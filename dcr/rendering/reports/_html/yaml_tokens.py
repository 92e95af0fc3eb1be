"""Splits one line of YAML into keys, strings, literals and comments, so that a page can color them.

Each line is read by itself, so text inside a block scalar may be colored as a key or a string.
"""

from __future__ import annotations

import re
from typing import NamedTuple

MAX_SHOWN = 400
"""Characters of a line that are shown; of a longer line, the ones around the location."""

_TOKEN = re.compile(
    r"""(?P<comment>(?:(?<=\s)|^)\#.*)
    |(?P<key>(?:"(?:\\.|[^"\\])*"|'(?:''|[^'])*'|[A-Za-z_$][\w.$-]*)(?=\s{0,8}:(?:\s|$)))
    |(?P<string>"(?:\\.|[^"\\])*"|'(?:''|[^'])*')
    |(?P<literal>(?<![\w.-])(?:true|false|null|~|-?\d+(?:\.\d+)?)(?![\w.-]))
    |(?P<plain>[\w./+-]+|\s+|.)""",
    re.VERBOSE,
)


class Token(NamedTuple):
    """A part of a line and its role: `comment`, `key`, `string`, `literal` or `plain`."""

    text: str
    role: str
    is_target: bool = False
    is_changed: bool = False

    @property
    def css_class(self) -> str:
        """The classes of the token's element; empty for plain text."""
        role = "" if self.role == "plain" else self.role
        return " ".join(filter(None, (role, "at" if self.is_target else "", "word" if self.is_changed else "")))


def tokenize(line: str, column: int = 0, changed: range = range(0)) -> list[Token]:
    """Return the tokens of a line. `column`, from 1, is the issue's; `changed` are the characters that differ.

    Adjacent plain tokens are merged.
    """
    target = column - 1 if column else -1
    center = target if column else changed.start
    start = max(min(center - MAX_SHOWN // 4, len(line) - MAX_SHOWN), 0) if len(line) > MAX_SHOWN else 0
    shown = line[start : start + MAX_SHOWN]
    tokens = [Token("\u2026", "plain")] if start else []
    for match in _TOKEN.finditer(shown):
        first, last = match.start() + start, match.end() + start
        is_target = first <= target < last and not match[0].isspace()
        is_changed = first < changed.stop and last > changed.start
        token = Token(match[0], match.lastgroup or "plain", is_target, is_changed)
        if tokens and token.role == "plain" and tokens[-1][1:] == token[1:] and not is_target:
            tokens[-1] = token._replace(text=tokens[-1].text + token.text)
        else:
            tokens.append(token)
    if start + len(shown) < len(line):
        tokens.append(Token("\u2026", "plain"))
    return tokens
