"""The texts that a report shows beside its issues; few formats ask for them, so few runs load this."""

from __future__ import annotations

import re
from typing import NamedTuple

_LINE_BREAK = re.compile("\r\n|[\n\r\x85\u2028\u2029]")
"""What ends a line for libyaml (YAML 1.1, 5.4), by whose lines locations count."""


class Source(NamedTuple):
    """A file's text as one side has it: its lines without their ends, or in words why there are none."""

    lines: tuple[str, ...] = ()
    missing: str = ""


def parse_source(content: bytes | str) -> Source:
    """Return a file's lines; `content` in words says what stands in place of a text."""
    if isinstance(content, str):
        return Source(missing=content)
    try:
        lines = _LINE_BREAK.split(content.decode("utf-8-sig"))
    except UnicodeDecodeError:
        return Source(missing="the file is not UTF-8 text")
    return Source(tuple(lines if lines[-1] else lines[:-1]))
