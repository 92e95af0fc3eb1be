"""Reads the files that git hands to a diff program: one side of a changed file each."""

from __future__ import annotations

import os

from dcr.formats import read
from dcr.formats.reading import Problem, Reading
from dcr.git.command import GitFailedError
from dcr.git.contracts.contents import ODD
from dcr.git.objects import MAX_READ
from dcr.parsing.location import Location

_LOOKED_AT = 8_000
"""Bytes in which git looks for a NUL to tell that a file is binary (xdiff-interface.c)."""


def handed_content(file: str) -> bytes:
    """Return the first `MAX_READ` bytes of a file. Raises `GitFailedError` when it cannot be read."""
    try:
        with open(os.fsencode(file), "rb") as opened:
            return opened.read(MAX_READ)
    except OSError as error:
        reason = (error.strerror or "unknown").lower()
        raise GitFailedError(f"'{file}', which git handed over, cannot be read: {reason}") from error


def handed_reading(path: str, file: str, mode: str) -> Reading | None:
    """Return what one side of a changed file says; None where that side has no file, or something that is no text."""
    if file == os.devnull:
        return None
    if mode in ODD:
        return Reading(path, "unknown", problems=(Problem(Location(path), f"the file is {ODD[mode]}"),))
    content = handed_content(file)
    return None if is_binary(content) else read(path, content)


def is_binary(content: bytes) -> bool:
    """Whether git would take a content for binary, and so show none of it."""
    return b"\0" in content[:_LOOKED_AT]


def whole_content(file: str) -> bytes:
    """Return a file to its last byte, however long. Raises `OSError`."""
    with open(os.fsencode(file), "rb") as opened:
        return opened.read()
