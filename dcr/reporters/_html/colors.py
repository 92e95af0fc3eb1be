"""Tells the parts of one line of YAML apart: keys, strings, plain values, comments. For the eye only.

A line is looked at by itself, so the inside of a block scalar may be taken for what it looks like.
"""

from __future__ import annotations

import re
from typing import NamedTuple

MAX_SHOWN = 400
"""Characters of a line that are shown; of a longer one, those around the place."""

_TOKEN = re.compile(
    r"""(?P<comment>(?:(?<=\s)|^)\#.*)
    |(?P<key>(?:"(?:\\.|[^"\\])*"|'(?:''|[^'])*'|[A-Za-z_$][\w.$-]*)(?=\s{0,8}:(?:\s|$)))
    |(?P<string>"(?:\\.|[^"\\])*"|'(?:''|[^'])*')
    |(?P<literal>(?<![\w.-])(?:true|false|null|~|-?\d+(?:\.\d+)?)(?![\w.-]))
    |(?P<plain>[\w./+-]+|\s+|.)""",
    re.VERBOSE,
)


class Token(NamedTuple):
    """A part of a line and what it is: `comment`, `key`, `string`, `literal` or `plain`."""

    text: str
    role: str
    pointed_at: bool = False


def tokens(line: str, column: int = 0) -> list[Token]:
    """Return the parts of a line; `column`, from 1, says which of them is pointed at. Those alike are one part."""
    at = column - 1
    start = max(min(at - MAX_SHOWN // 4, len(line) - MAX_SHOWN), 0) if len(line) > MAX_SHOWN else 0
    shown = line[start : start + MAX_SHOWN]
    found = [Token("\u2026", "plain")] if start else []
    for match in _TOKEN.finditer(shown):
        role = match.lastgroup or "plain"
        pointed_at = column > 0 and match.start() + start <= at < match.end() + start and not match[0].isspace()
        alike = found and (found[-1].role, found[-1].pointed_at) == (role, pointed_at) == ("plain", False)
        if alike:
            found[-1] = Token(found[-1].text + match[0], role)
        else:
            found.append(Token(match[0], role, pointed_at))
    if start + len(shown) < len(line):
        found.append(Token("\u2026", "plain"))
    return found
