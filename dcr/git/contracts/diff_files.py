"""Reads the files that git hands to a diff program: one side of a changed file each."""

from __future__ import annotations

import os

from dcr.formats import read_content
from dcr.formats.parsed_file import ParsedFile, Problem
from dcr.git.command import GitFailedError
from dcr.git.objects import MAX_BLOB_BYTES
from dcr.git.proposed_contents import SPECIAL_FILE_KINDS
from dcr.parsing.location import Location

_BINARY_CHECK_BYTES = 8_000
"""Bytes in which git looks for a NUL to tell that a file is binary (xdiff-interface.c)."""


def read_diff_file(file: str) -> bytes:
    """Return the first `MAX_BLOB_BYTES` bytes of a file. Raises `GitFailedError` when it cannot be read."""
    try:
        with open(os.fsencode(file), "rb") as opened:
            return opened.read(MAX_BLOB_BYTES)
    except OSError as error:
        reason = (error.strerror or "unknown").lower()
        raise GitFailedError(f"'{file}', which git handed over, cannot be read: {reason}") from error


def parse_diff_file(path: str, file: str, mode: str) -> ParsedFile | None:
    """Return what one side of a changed file says; None where that side has no file, or something that is no text."""
    if file == os.devnull:
        return None
    if mode in SPECIAL_FILE_KINDS:
        return ParsedFile(
            path, "unknown", problems=(Problem(Location(path), f"the file is {SPECIAL_FILE_KINDS[mode]}"),)
        )
    content = read_diff_file(file)
    return None if is_binary(content) else read_content(path, content)


def is_binary(content: bytes) -> bool:
    """Whether git would take a content for binary, and so show none of it."""
    return b"\0" in content[:_BINARY_CHECK_BYTES]


def read_whole_file(file: str) -> bytes:
    """Return a file to its last byte, however long. Raises `OSError`."""
    with open(os.fsencode(file), "rb") as opened:
        return opened.read()
