"""Makes untrusted text printable, once, before any format escapes it further.

Control characters (C0, C1, DEL), line breaks, bidirectional controls, invisible separators and lone
surrogates become visible escapes, so that text cannot move the cursor, forge a line or reorder what is read.
"""

from __future__ import annotations

import re

_HIDDEN = (  # compiled when first needed
    "[\x00-\x1f\x7f-\x9f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\ud800-\udfff\U000e0000-\U000e007f]"
)
_SHORT = {"\n": "\\n", "\r": "\\r", "\t": "\\t"}


def printable(text: str) -> str:
    """Return text with every character that cannot be seen written as an escape."""
    return text if text.isascii() and text.isprintable() else re.sub(_HIDDEN, _escape, text)


def _escape(match: re.Match[str]) -> str:
    character = match.group()
    code = ord(character)
    if character in _SHORT:
        return _SHORT[character]
    if 0xDC80 <= code <= 0xDCFF:  # a byte of a path that is not UTF-8
        return f"\\x{code - 0xDC00:02x}"
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"
