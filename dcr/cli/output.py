"""How a report is delivered: the terminal's room and colour, files, the closing line, progress, exit codes."""

from __future__ import annotations

import contextlib
import os
import shutil
import sys
import threading
from typing import TYPE_CHECKING, NamedTuple

from dcr.cli.exits import EXIT_ISSUES, note
from dcr.errors import DcrError, UsageError
from dcr.rendering.reports import reporter
from dcr.rendering.style import Style
from dcr.report.summary import closing_line, statistics
from dcr.text.printable import defused
from dcr.text.suggestions import did_you_mean

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from dcr.cli.targets import Target
    from dcr.cli.verbose import Steps
    from dcr.report.report import Report

COLORS = ("auto", "always", "never")
FAIL_ON = ("error", "warning", "never")
NARROWEST, WIDEST = 40, 400
"""Columns that a report is laid out for, whatever the terminal says it has."""


PATIENCE = 1.0
"""Seconds that a run may take before a terminal is told what it is busy with."""


class Manner(NamedTuple):
    """How much is said beside the reports themselves, and in which colours."""

    color: str = "auto"
    quiet: bool = False
    statistics: bool = False
    verbose: bool = False


class UnwritableOutputError(DcrError):
    """The file that a report was to be written to cannot be."""


class NoFolderError(DcrError):
    """The folder dcr runs in is gone."""


def working_folder() -> str:
    """Return the folder dcr runs in. Raises `NoFolderError`."""
    try:
        return os.getcwd()
    except FileNotFoundError as error:
        raise NoFolderError("the folder dcr runs in was removed", "cd into one that is there") from error


def one_of(option: str, written: str | None, words: tuple[str, ...]) -> None:
    """Refuse an option whose value is none of some words. Raises `UsageError`."""
    if written is not None and written not in words:
        hint = did_you_mean(written, words)
        raise UsageError(f"{option} is '{written}', expected one of {', '.join(words)}", hint)


def words(*choices: str) -> Callable[[], list[str]]:
    """Return what a shell completes an option with."""
    return lambda: list(choices)


def style_of(color: str, *, to_file: bool = False, quiet: bool = False) -> Style:
    """Return how much room and colour the output has.

    `NO_COLOR` wins over a terminal, `--color` over both (no-color.org; FORCE_COLOR as in many tools).
    """
    one_of("--color", color, COLORS)
    terminal = sys.stdout.isatty() and not to_file
    colored = color == "always"
    if color == "auto" and not to_file:
        forced = bool(os.environ.get("FORCE_COLOR"))
        colored = not os.environ.get("NO_COLOR") and (forced or (terminal and os.environ.get("TERM") != "dumb"))
    width = shutil.get_terminal_size((100, 24)).columns if terminal or "COLUMNS" in os.environ else 100
    unicode = to_file or (sys.stdout.encoding or "").lower().replace("-", "").startswith("utf")
    return Style(min(max(width, NARROWEST), WIDEST), color=colored, unicode=unicode, quiet=quiet)


def deliver(report: Report, chosen: Iterable[Target], manner: Manner) -> int:
    """Write a report where it belongs and return the exit code.

    Raises `UnwritableOutputError`, before anything is on stdout.
    """
    ended = False
    if manner.verbose:
        from dcr.cli.verbose import say_what_was_read

        say_what_was_read(report)
    for target in chosen:
        module = reporter(target.format)
        if target.file is not None:
            _write_file(target.file, module.render(report, style_of(manner.color, to_file=True)))
            continue
        style = style_of(manner.color, quiet=manner.quiet)
        commands = getattr(module, "commands", None) if target.beside else None
        sys.stdout.write(commands(report) if commands else module.render(report, style))
        ended = ended or getattr(module, "CLOSES", False)
    sys.stdout.flush()  # before stderr: in a log that holds both, the closing line comes last
    if not ended and not manner.quiet:
        note(defused(closing_line(report)))
    if manner.statistics:
        for line in statistics(report):
            note(defused(line))
    return EXIT_ISSUES if report.fails else 0


def _write_file(path: str, text: str) -> None:
    if os.path.islink(path) and not os.path.abspath(path).startswith("/dev/"):
        # A change that is judged may hold a link of that name, to any file of whoever runs the check.
        raise UnwritableOutputError(f"'{path}' is a symbolic link", "name the file itself for the report")
    try:
        with open(path, "w", encoding="utf-8", errors="backslashreplace", newline="\n") as file:
            file.write(text)
    except OSError as error:
        reason = (error.strerror or "unknown").lower()
        raise UnwritableOutputError(
            f"'{path}' cannot be written: {reason}", "name another file for the report"
        ) from error


class Progress:
    """Says on a terminal what a run is busy with, once it has taken more than a second."""

    def __init__(self) -> None:
        self._on = sys.stderr.isatty() and not os.environ.get("CI") and os.environ.get("TERM") != "dumb"
        self._doing, self._shown = "", False
        self._drawing = threading.Lock()
        self._clock: threading.Timer | None = None

    def __call__(self, doing: str) -> None:
        """Note what is being done now; shown when the run is slow, even where nothing else is ever noted."""
        if not self._on:
            return
        with self._drawing:
            self._doing = doing
            if self._shown:
                self._draw()
            elif self._clock is None:
                self._clock = threading.Timer(PATIENCE, self._begin)
                self._clock.daemon = True
                self._clock.start()

    def done(self) -> None:
        """Take the line away again."""
        with self._drawing:
            self._on = False
            if self._clock is not None:
                self._clock.cancel()
            if self._shown:
                sys.stderr.write("\r\x1b[2K")
                sys.stderr.flush()

    def _begin(self) -> None:
        with self._drawing:
            if self._on:
                self._shown = True
                self._draw()

    def _draw(self) -> None:
        with contextlib.suppress(OSError, ValueError):  # a terminal that went away
            sys.stderr.write(f"\r\x1b[2Kdcr: {self._doing}…")
            sys.stderr.flush()


def progress_of(*, verbose: bool) -> Progress | Steps:
    """Return what is told what a run is busy with: on a verbose run every step is said, with its time."""
    if not verbose:
        return Progress()
    from dcr.cli.verbose import Steps

    return Steps()
