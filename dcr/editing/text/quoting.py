"""Texts as YAML scalars: in the quotes of what they replace, where every reader then sees exactly the text."""

from __future__ import annotations

import re

from dcr.parsing.scalars import describe_misreading
from dcr.text.printable import make_printable

_PLAIN = re.compile(r"[A-Za-z0-9][A-Za-z0-9_./+%=~?@()&:# -]*", re.ASCII)
_LOG_COMMAND = re.compile(r"##\w*\[")
_ESCAPES = {'"': '\\"', "\\": "\\\\", "\n": "\\n", "\t": "\\t", "\r": "\\r"}
SINGLE, DOUBLE = "'", '"'


def quote(text: str, like: str | None = None, *, flow: bool = False) -> str:
    """Return a text as a scalar, in the quotes `like` where it can be written so: `'`, `"`, or "" for none.

    `flow` says that it stands within brackets. A new text, with no `like` to follow, is written without quotes when
    it begins with a letter. What is not plain ASCII words, or holds what cannot be seen, is in double quotes.
    """
    if like == SINGLE and text.isascii() and text.isprintable() and not _LOG_COMMAND.search(text):
        return "'{}'".format(text.replace("'", "''"))
    if (like == "" or (like is None and not text[:1].isdigit())) and _is_plain(text, flow=flow):
        return text
    return '"{}"'.format("".join(_escape_text(text)))


def _is_plain(text: str, *, flow: bool) -> bool:
    if not _PLAIN.fullmatch(text) or describe_misreading(text) is not None:
        return False
    if text.endswith((" ", ":")) or ": " in text or " #" in text:
        return False
    return not (flow and ":" in text)


def _escape_text(text: str) -> list[str]:
    """Return the characters of a text as double quotes hold them; marks that CI runners obey are broken up."""
    marked = _LOG_COMMAND.search(text) is not None
    return [_escape_character(each, marked=marked) for each in text]


def _escape_character(character: str, *, marked: bool) -> str:
    if character in _ESCAPES:
        return _ESCAPES[character]
    if character == "#" and marked:
        return "\\x23"
    if make_printable(character) == character:
        return character
    code = ord(character)
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"
