"""Reads the two files that git passes to a diff program."""

from __future__ import annotations

import os

from dcr.formats import read_content
from dcr.formats.parsed_file import ParsedFile, Problem
from dcr.git.command import GitFailedError
from dcr.git.objects import MAX_BLOB_BYTES
from dcr.git.proposed_contents import SPECIAL_FILE_KINDS
from dcr.parsing.location import Location

_BINARY_CHECK_BYTES = 8_000
"""The first bytes in which git looks for a NUL to detect a binary file (xdiff-interface.c)."""


def read_diff_file(file: str) -> bytes:
    """Return the first `MAX_BLOB_BYTES` bytes of a file. Raise `GitFailedError` if it cannot be read."""
    try:
        with open(os.fsencode(file), "rb") as opened:
            return opened.read(MAX_BLOB_BYTES)
    except OSError as error:
        reason = (error.strerror or "unknown").lower()
        raise GitFailedError(f"'{file}', which git passed to dcr, cannot be read: {reason}") from error


def parse_diff_file(path: str, file: str, mode: str) -> ParsedFile | None:
    """Return one side of a changed file; None if that side has no file, or a binary one."""
    if file == os.devnull:
        return None
    if mode in SPECIAL_FILE_KINDS:
        problem = Problem(Location(path), f"the file is {SPECIAL_FILE_KINDS[mode]}")
        return ParsedFile(path, "unknown", problems=(problem,))
    content = read_diff_file(file)
    return None if is_binary(content) else read_content(path, content)


def is_binary(content: bytes) -> bool:
    """Return whether git treats a content as binary, and so prints no diff of it."""
    return b"\0" in content[:_BINARY_CHECK_BYTES]


def read_whole_file(file: str) -> bytes:
    """Return the content of a file of any size. Raise `OSError` if it cannot be read."""
    with open(os.fsencode(file), "rb") as opened:
        return opened.read()
