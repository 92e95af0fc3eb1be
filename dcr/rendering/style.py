"""Describes the output device: its width, colours and characters."""

from __future__ import annotations

from dcr.text.printable import escape_ci_markers, make_printable

UNLIMITED = 1_000_000
"""The width, in columns, of output that a file or a program reads."""

_ASCII = str.maketrans({"→": "->", "✓": "+", "✗": "x", "…": "...", "·": ";"})


class Style:
    """The width in columns, and whether the output has colours and characters beyond ASCII.

    `quiet` leaves out everything but issues. Formats for machines ignore all of it.
    """

    def __init__(self, width: int = 100, *, color: bool = False, unicode: bool = True, quiet: bool = False) -> None:
        self.width, self.color, self.unicode, self.quiet = width, color, unicode, quiet

    def sanitize(self, text: str) -> str:
        """Return untrusted text as one printable line, in ASCII where the output needs it."""
        text = escape_ci_markers(make_printable(text))
        return text if self.unicode else text.translate(_ASCII).encode("ascii", "backslashreplace").decode("ascii")

    def colorize(self, text: str, color: str) -> str:
        """Return sanitized text in a colour, given as the number of an SGR code."""
        return f"\x1b[{color}m{text}\x1b[0m" if color and self.color and text else text
