"""Prints notes, warnings and errors to stderr."""

from __future__ import annotations

import contextlib
import sys

from dcr.text.printable import escape_ci_commands, make_printable


def print_line(line: str) -> None:
    """Write a line to stderr. Errors are ignored: a closed or full stream must not change the exit code."""
    with contextlib.suppress(OSError, ValueError):
        print(escape_ci_commands(line), file=sys.stderr)


def print_note(message: str, hint: str = "") -> None:
    """Print what a command did, and what to do next."""
    print_line(f"dcr: {make_printable(message)}")
    if hint:
        print_line(f"  help: {make_printable(hint)}")


def print_warning(message: str, hint: str = "") -> None:
    """Print why a result may be incomplete."""
    print_note(f"warning: {message}", hint)


def print_error(message: str, hint: str = "") -> None:
    """Print why a command, or a part of it, was not carried out."""
    print_note(f"error: {message}", hint)
