"""Defines the exit codes and writes notes to stderr."""

from __future__ import annotations

import contextlib
import sys

EXIT_ISSUES, EXIT_NOT_CHECKED, EXIT_BUG, EXIT_INTERRUPTED = 1, 2, 3, 130


def print_note(text: str) -> None:
    """Write to stderr. What cannot be written there is lost, and changes no exit code."""
    with contextlib.suppress(OSError, ValueError):
        print(text, file=sys.stderr)
