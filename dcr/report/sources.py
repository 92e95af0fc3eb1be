"""Defines the source texts that some output formats show next to the issues."""

from __future__ import annotations

import re
from typing import NamedTuple

_LINE_BREAK = re.compile("\r\n|[\n\r\x85\u2028\u2029]")
"""The line breaks of libyaml (YAML 1.1, 5.4), which counts the lines of locations."""


class Source(NamedTuple):
    """The lines of a file on one side, without line breaks, or the reason why they are `missing`."""

    lines: tuple[str, ...] = ()
    missing: str = ""


def parse_source(content: bytes | str) -> Source:
    """Return the lines of a content. A `str` is the reason why the content is missing."""
    if isinstance(content, str):
        return Source(missing=content)
    try:
        lines = _LINE_BREAK.split(content.decode("utf-8-sig"))
    except UnicodeDecodeError:
        return Source(missing="the file is not UTF-8 text")
    return Source(tuple(lines if lines[-1] else lines[:-1]))
