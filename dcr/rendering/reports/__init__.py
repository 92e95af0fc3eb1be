"""Renders a report in one of the formats: one module per format, found by its name."""

from __future__ import annotations

import pkgutil
from functools import lru_cache
from importlib import import_module
from typing import TYPE_CHECKING, Protocol, cast

from dcr.errors import UsageError
from dcr.text.suggestions import format_suggestion

if TYPE_CHECKING:
    from collections.abc import Iterable

    from dcr.rendering.style import Style
    from dcr.report.report import Report


class Reporter(Protocol):
    """The interface of a format module.

    A format whose output ends in the closing line has `CLOSES = True`. A format of CI log commands has
    `commands(report) -> str`, which returns the commands alone, to be printed after another report.
    """

    def render(self, report: Report, style: Style) -> str:
        """Return the output. It ends in a line break unless it is empty."""


@lru_cache(maxsize=1)
def list_formats() -> tuple[str, ...]:
    """Return the names of all formats. A module that begins with an underscore is no format."""
    modules = (module.name for module in pkgutil.iter_modules(__path__))
    return tuple(sorted(name for name in modules if not name.startswith("_")))


def load_reporter(name: str) -> Reporter:
    """Return the reporter of a format. Raises `UsageError` for one that does not exist."""
    known = list_formats()
    if name not in known:
        raise UsageError(f"unknown format '{name}'", format_suggestion(name, known) or f"one of: {', '.join(known)}")
    return cast("Reporter", import_module(f"{__name__}.{name}"))


def needs_sources(formats: Iterable[str]) -> bool:
    """Return whether a format prints the source lines of issues (`Report.sources`)."""
    return any(getattr(load_reporter(name), "NEEDS_SOURCES", False) for name in formats)
