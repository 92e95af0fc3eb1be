"""Defines the errors that end a run, each with a message and a hint."""

from __future__ import annotations


def quote_for_shell(text: str) -> str:
    """Return a text as one word of a shell command, for hints that can be copied."""
    import shlex  # noqa: PLC0415 (only errors need it)

    return shlex.quote(text)


class DcrError(Exception):
    """The run failed, and nothing was checked.

    `message` is the cause, `hint` is what to do next and may be empty, and `consequence` is what was not done. The exit
    code is 2.
    """

    consequence = "nothing was checked"

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint

    def __reduce__(self) -> tuple[object, ...]:
        """Restore a copy without calling `__init__`, since that of a subclass has other parameters."""
        return _restore_error, (type(self), self.args, self.__dict__)


def _restore_error(error_type: type[DcrError], arguments: tuple[object, ...], values: dict[str, object]) -> DcrError:
    error = error_type.__new__(error_type, *arguments)
    error.__dict__.update(values)
    return error


class PolicyError(DcrError):
    """The policy cannot be read, so nothing is checked."""


class UsageError(DcrError):
    """An option or argument is unknown or invalid."""
