"""Shows the progress of a run on stderr."""

from __future__ import annotations

import contextlib
import os
import sys
import threading
import time
from typing import TYPE_CHECKING

from dcr.cli.messages import print_note

if TYPE_CHECKING:
    from typing import Self

PROGRESS_DELAY = 1.0
"""Seconds before a terminal shows the current step of a run."""


class Progress:
    """Shows the current step of a slow run on a terminal.

    Call the object with the name of each step. It is a context manager, and clears its line on exit.
    """

    def __init__(self) -> None:
        self._is_enabled = sys.stderr.isatty() and not os.environ.get("CI") and os.environ.get("TERM") != "dumb"
        self._step, self._is_shown = "", False
        self._lock = threading.Lock()
        self._timer: threading.Timer | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        with self._lock:
            self._is_enabled = False
            if self._timer is not None:
                self._timer.cancel()
            if self._is_shown:
                sys.stderr.write("\r\x1b[2K")
                sys.stderr.flush()

    def __call__(self, step: str) -> None:
        """Begin a step. The timer shows it even if no other step follows."""
        if not self._is_enabled:
            return
        with self._lock:
            self._step = step
            if self._is_shown:
                self._draw()
            elif self._timer is None:
                self._timer = threading.Timer(PROGRESS_DELAY, self._show)
                self._timer.daemon = True
                self._timer.start()

    def _show(self) -> None:
        with self._lock:
            if self._is_enabled:
                self._is_shown = True
                self._draw()

    def _draw(self) -> None:
        with contextlib.suppress(OSError, ValueError):  # the terminal was closed
            sys.stderr.write(f"\r\x1b[2Kdcr: {self._step}…")
            sys.stderr.flush()


class StepTimer(Progress):
    """Prints the duration of each step after it ends, for a verbose run."""

    def __init__(self) -> None:
        super().__init__()
        self._step, self._started = "starting", time.monotonic()

    def __exit__(self, *_: object) -> None:
        self("")

    def __call__(self, step: str) -> None:
        """End the current step and begin another one."""
        now = time.monotonic()
        print_note(f"{self._step}: {(now - self._started) * 1000:,.0f} ms")
        self._step, self._started = step, now


def make_progress(*, verbose: bool) -> Progress:
    """Return the progress display of a run."""
    return StepTimer() if verbose else Progress()
