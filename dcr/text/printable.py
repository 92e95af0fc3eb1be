"""Makes untrusted text printable, once, before any format escapes it further.

What cannot be seen (controls, line breaks, bidirectional and invisible characters, every space but the plain
one, lone surrogates) becomes a visible escape, so that text cannot move the cursor, forge a line or reorder
what is read. A line that a CI runner would take for a command is defused.
"""

from __future__ import annotations

import re

_INVISIBLE = (  # printable by its category and drawn as nothing: Unicode 15.1, Default_Ignorable_Code_Point; U+2800
    "\u034f\u115f\u1160\u17b4\u17b5\u180b\u180c\u180d\u180f\u2800\u3164\uffa0"
    "\ufe00\ufe01\ufe02\ufe03\ufe04\ufe05\ufe06\ufe07\ufe08\ufe09\ufe0a\ufe0b\ufe0c\ufe0d\ufe0e\ufe0f"
)
_SHORT_ESCAPES = {"\n": "\\n", "\r": "\\r", "\t": "\\t"}


def make_printable(text: str) -> str:
    """Return text with every character that cannot be seen written as an escape."""
    if text.isascii() and text.isprintable():
        return text
    return "".join(each if _is_visible(each) else _escape(each) for each in text)


def escape_ci_commands(line: str) -> str:
    """Return a line that no CI runner takes for a command, whichever format it is part of.

    GitHub reads `::name::` where a line begins, white space aside; the marks stand anywhere.
    """
    line = escape_ci_markers(line)
    return f".{line}" if line.lstrip().startswith("::") else line


def escape_ci_markers(text: str, escape: str = "#\\") -> str:
    """Return text without the marks `##[…]` (GitHub, Azure), `##vso[…]` (Azure) and `##teamcity[…]`.

    `escape` is what takes the place of a mark's first character.
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
