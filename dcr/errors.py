"""Defines the base class of all errors that a user can cause and fix."""

from __future__ import annotations


def quote_for_shell(text: str) -> str:
    """Return a text as one word of a shell command, for hints that a user can copy."""
    import shlex  # noqa: PLC0415 (only errors need it)

    return shlex.quote(text)


class DcrError(Exception):
    """A command could not be carried out. The command line prints the error and exits with 2.

    `message` describes the situation, `hint` what the user can do (may be empty), `outcome` what was not done.
    """

    outcome = "nothing was checked"

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint


class UsageError(DcrError):
    """An option or argument has a value that does not exist or does not fit."""
