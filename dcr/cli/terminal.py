"""Chooses the width, colours and characters of the output."""

from __future__ import annotations

import os
import shutil
import sys

from dcr.cli.options import COLORS, require_choice
from dcr.git.ci import detect_service
from dcr.rendering.style import UNLIMITED, Style

MIN_WIDTH, MAX_WIDTH = 40, 400
"""The width limits of a report in columns. They apply to every terminal."""


def get_style(color: str, *, to_file: bool = False, quiet: bool = False) -> Style:
    """Return the style of the output. Raise `UsageError` if the value of `--color` is unknown.

    `--color` overrides `NO_COLOR`, which overrides `FORCE_COLOR` and the terminal (see no-color.org).
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


def get_page_style(color: str) -> Style:
    """Return the style of a page: a table has the terminal's width, or any width where a program reads it."""
    style = get_style(color)
    if sys.stdout.isatty() or "COLUMNS" in os.environ:
        return style
    return Style(UNLIMITED, color=style.color, unicode=style.unicode)


def is_read_by_people() -> bool:
    """Return whether stdout is a terminal, or the log of a CI job or hook manager."""
    known = os.environ.get("CI") or os.environ.get("PRE_COMMIT") or detect_service(os.environ)
    return bool(known) or sys.stdout.isatty()
