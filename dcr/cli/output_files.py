"""Writes reports to files, through no symbolic link."""

from __future__ import annotations

import os

from dcr.errors import DcrError


class UnwritableOutputError(DcrError):
    """The file for a report cannot be written."""


def write_file(path: str, text: str) -> None:
    """Write a text to a file. Raise `UnwritableOutputError`."""
    if os.path.islink(path) and not os.path.abspath(path).startswith("/dev/"):
        # The checked change may contain a link of this name to any file of the user.
        raise UnwritableOutputError(f"'{path}' is a symbolic link", "write the report to a regular file")
    try:
        with open(path, "w", encoding="utf-8", errors="backslashreplace", newline="\n") as file:
            file.write(text)
    except OSError as error:
        reason = (error.strerror or "unknown").lower()
        raise UnwritableOutputError(f"cannot write '{path}': {reason}", "choose another file for the report") from error
