"""Escapes untrusted text for output, before any format escapes it further.

Control characters, line breaks, bidirectional and invisible characters, unusual spaces and lone surrogates become
visible escapes, so that a text cannot move the cursor, forge a line or reorder what is displayed. A line that a CI
runner would execute as a command is changed.
"""

from __future__ import annotations

import re

_INVISIBLE = (  # printable by category, but displayed as nothing: Unicode 15.1, Default_Ignorable_Code_Point; U+2800
    "\u034f\u115f\u1160\u17b4\u17b5\u180b\u180c\u180d\u180f\u2800\u3164\uffa0"
    "\ufe00\ufe01\ufe02\ufe03\ufe04\ufe05\ufe06\ufe07\ufe08\ufe09\ufe0a\ufe0b\ufe0c\ufe0d\ufe0e\ufe0f"
)
_SHORT_ESCAPES = {"\n": "\\n", "\r": "\\r", "\t": "\\t"}


def make_printable(text: str) -> str:
    """Return text with an escape for every character that is not visible."""
    if text.isascii() and text.isprintable():
        return text
    return "".join(character if _is_visible(character) else _escape(character) for character in text)


def escape_ci_commands(line: str) -> str:
    """Return a line that no CI runner executes as a command, in any output format.

    GitHub reads `::name::` at the start of a line, after white space; markers may be anywhere.
    """
    line = escape_ci_markers(line)
    return f".{line}" if line.lstrip().startswith("::") else line


def escape_ci_markers(text: str, escape: str = "#\\") -> str:
    """Return text without the markers `##[…]` (GitHub, Azure), `##vso[…]` (Azure) and `##teamcity[…]`.

    `escape` replaces the first character of a marker.
    """
    return re.sub(r"#(?=#\w*\[)", lambda _: escape, text) if "##" in text else text


def _is_visible(character: str) -> bool:
    return character.isprintable() and character not in _INVISIBLE and not "\U000e0100" <= character <= "\U000e01ef"


def _escape(character: str) -> str:
    code = ord(character)
    if character in _SHORT_ESCAPES:
        return _SHORT_ESCAPES[character]
    if 0xDC80 <= code <= 0xDCFF:  # a byte of a path that is not UTF-8
        return f"\\x{code - 0xDC00:02x}"
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"
