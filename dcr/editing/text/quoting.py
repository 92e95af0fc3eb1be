"""Formats texts as YAML scalars that every YAML reader reads as the same text."""

from __future__ import annotations

import re

from dcr.parsing.scalars import describe_misreading
from dcr.text.printable import make_printable

_PLAIN = re.compile(r"[A-Za-z0-9][A-Za-z0-9_./+%=~?@()&:# -]*", re.ASCII)
_LOG_COMMAND = re.compile(r"##\w*\[")
_ESCAPES = {'"': '\\"', "\\": "\\\\", "\n": "\\n", "\t": "\\t", "\r": "\\r"}
SINGLE, DOUBLE = "'", '"'


def quote(text: str, like: str | None = None, *, flow: bool = False) -> str:
    """Return a text as a scalar, with the quotes `like` if possible: `'`, `"`, or "" for none.

    `flow` is set inside brackets. Without `like`, a text that begins with a letter has no quotes. Double quotes are
    used for characters other than plain ASCII and for invisible ones.
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
    """Return the characters of a text for double quotes. Log commands of CI runners are escaped."""
    has_command = _LOG_COMMAND.search(text) is not None
    return [_escape_character(character, has_command=has_command) for character in text]


def _escape_character(character: str, *, has_command: bool) -> str:
    if character in _ESCAPES:
        return _ESCAPES[character]
    if character == "#" and has_command:
        return "\\x23"
    if make_printable(character) == character:
        return character
    code = ord(character)
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"
