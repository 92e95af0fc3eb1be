"""Everything that stops a run: each error says what is, and what to type next."""

from __future__ import annotations


def quote_for_shell(text: str) -> str:
    """Return a text as a shell takes it for one word, for hints that are typed as they stand."""
    import shlex  # noqa: PLC0415 (only errors need it)

    return shlex.quote(text)


class DcrError(Exception):
    """The run could not be carried out; nothing was checked.

    `message` says what is the case, `hint` what to type next (may be empty), `undone` what did not happen. The
    command line turns it into exit code 2.
    """

    undone = "nothing was checked"

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint


class UsageError(DcrError):
    """An option or argument asks for something that does not exist."""
