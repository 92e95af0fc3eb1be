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
    differs: bool = False


def tokens(line: str, column: int = 0, differing: range = range(0)) -> list[Token]:
    """Return the parts of a line; `column`, from 1, is pointed at.

    The characters of `differing` are others than before. Neighbours that are alike are one part.
    """
    at = column - 1 if column else -1
    about = at if column else differing.start
    start = max(min(about - MAX_SHOWN // 4, len(line) - MAX_SHOWN), 0) if len(line) > MAX_SHOWN else 0
    shown = line[start : start + MAX_SHOWN]
    found = [Token("\u2026", "plain")] if start else []
    for match in _TOKEN.finditer(shown):
        first, last = match.start() + start, match.end() + start
        pointed_at = first <= at < last and not match[0].isspace()
        differs = first < differing.stop and last > differing.start
        token = Token(match[0], match.lastgroup or "plain", pointed_at, differs)
        if found and token.role == "plain" and found[-1][1:] == token[1:] and not pointed_at:
            found[-1] = token._replace(text=found[-1].text + token.text)
        else:
            found.append(token)
    if start + len(shown) < len(line):
        found.append(Token("\u2026", "plain"))
    return found
