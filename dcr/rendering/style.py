"""Describes the width and colours of the output."""

from __future__ import annotations


class Style:
    """How much room and colour a terminal gives; formats for machines ignore it. `quiet` asks for issues alone."""

    def __init__(self, width: int = 100, *, color: bool = False, unicode: bool = True, quiet: bool = False) -> None:
        self.width, self.color, self.unicode, self.quiet = width, color, unicode, quiet
