"""How a report is delivered: the terminal's room and colour, files, the closing line, progress, exit codes."""

from __future__ import annotations

import contextlib
import os
import shutil
import sys
import threading
from typing import TYPE_CHECKING, NamedTuple

from dcr.cli.exits import EXIT_ISSUES, print_note
from dcr.errors import DcrError, UsageError
from dcr.rendering.reports import load_reporter
from dcr.rendering.style import Style
from dcr.report.summary import format_closing_line, list_statistics
from dcr.text.printable import escape_ci_commands
from dcr.text.suggestions import format_suggestion

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from dcr.cli.targets import ReportTarget
    from dcr.cli.verbose import StepTimer
    from dcr.report.report import Report

COLORS = ("auto", "always", "never")
FAIL_ON = ("error", "warning", "never")
MIN_WIDTH, MAX_WIDTH = 40, 400
"""Columns that a report is laid out for, whatever the terminal says it has."""


PROGRESS_DELAY = 1.0
"""Seconds that a run may take before a terminal is told what it is busy with."""


class OutputOptions(NamedTuple):
    """How much is said beside the reports themselves, and in which colours."""

    color: str = "auto"
    quiet: bool = False
    statistics: bool = False
    verbose: bool = False


class UnwritableOutputError(DcrError):
    """The file that a report was to be written to cannot be."""


class MissingFolderError(DcrError):
    """The folder dcr runs in is gone."""


def get_working_folder() -> str:
    """Return the folder dcr runs in. Raises `MissingFolderError`."""
    try:
        return os.getcwd()
    except FileNotFoundError as error:
        raise MissingFolderError("the folder dcr runs in was removed", "cd into one that is there") from error


def require_choice(option: str, written: str | None, words: tuple[str, ...]) -> None:
    """Refuse an option whose value is none of some words. Raises `UsageError`."""
    if written is not None and written not in words:
        hint = format_suggestion(written, words)
        raise UsageError(f"{option} is '{written}', expected one of {', '.join(words)}", hint)


def complete_with(*choices: str) -> Callable[[], list[str]]:
    """Return what a shell completes an option with."""
    return lambda: list(choices)


def get_style(color: str, *, to_file: bool = False, quiet: bool = False) -> Style:
    """Return how much room and colour the output has.

    `NO_COLOR` wins over a terminal, `--color` over both (no-color.org; FORCE_COLOR as in many tools).
    """
    require_choice("--color", color, COLORS)
    terminal = sys.stdout.isatty() and not to_file
    colored = color == "always"
    if color == "auto" and not to_file:
        forced = bool(os.environ.get("FORCE_COLOR"))
        colored = not os.environ.get("NO_COLOR") and (forced or (terminal and os.environ.get("TERM") != "dumb"))
    width = shutil.get_terminal_size((100, 24)).columns if terminal or "COLUMNS" in os.environ else 100
    unicode = to_file or (sys.stdout.encoding or "").lower().replace("-", "").startswith("utf")
    return Style(min(max(width, MIN_WIDTH), MAX_WIDTH), color=colored, unicode=unicode, quiet=quiet)


def write_report(report: Report, chosen: Iterable[ReportTarget], manner: OutputOptions) -> int:
    """Write a report where it belongs and return the exit code.

    Raises `UnwritableOutputError`, before anything is on stdout.
    """
    ended = False
    if manner.verbose:
        from dcr.cli.verbose import print_run_details

        print_run_details(report)
    for target in chosen:
        module = load_reporter(target.format)
        if target.file is not None:
            _write_file(target.file, module.render(report, get_style(manner.color, to_file=True)))
            continue
        style = get_style(manner.color, quiet=manner.quiet)
        commands = getattr(module, "commands", None) if target.commands_only else None
        sys.stdout.write(commands(report) if commands else module.render(report, style))
        ended = ended or getattr(module, "CLOSES", False)
    sys.stdout.flush()  # before stderr: in a log that holds both, the closing line comes last
    if not ended and not manner.quiet:
        print_note(escape_ci_commands(format_closing_line(report)))
    if manner.statistics:
        for line in list_statistics(report):
            print_note(escape_ci_commands(line))
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
        self._is_enabled = sys.stderr.isatty() and not os.environ.get("CI") and os.environ.get("TERM") != "dumb"
        self._activity, self._is_shown = "", False
        self._lock = threading.Lock()
        self._timer: threading.Timer | None = None

    def __call__(self, doing: str) -> None:
        """Note what is being done now; shown when the run is slow, even where nothing else is ever noted."""
        if not self._is_enabled:
            return
        with self._lock:
            self._activity = doing
            if self._is_shown:
                self._draw()
            elif self._timer is None:
                self._timer = threading.Timer(PROGRESS_DELAY, self._show)
                self._timer.daemon = True
                self._timer.start()

    def finish(self) -> None:
        """Take the line away again."""
        with self._lock:
            self._is_enabled = False
            if self._timer is not None:
                self._timer.cancel()
            if self._is_shown:
                sys.stderr.write("\r\x1b[2K")
                sys.stderr.flush()

    def _show(self) -> None:
        with self._lock:
            if self._is_enabled:
                self._is_shown = True
                self._draw()

    def _draw(self) -> None:
        with contextlib.suppress(OSError, ValueError):  # a terminal that went away
            sys.stderr.write(f"\r\x1b[2Kdcr: {self._activity}…")
            sys.stderr.flush()


def make_progress(*, verbose: bool) -> Progress | StepTimer:
    """Return what is told what a run is busy with: on a verbose run every step is said, with its time."""
    if not verbose:
        return Progress()
    from dcr.cli.verbose import StepTimer

    return StepTimer()
