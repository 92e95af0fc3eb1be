"""A report in, text out: one module per format, found by its name. Only they know how a format escapes."""

from __future__ import annotations

import pkgutil
from functools import lru_cache
from importlib import import_module
from typing import TYPE_CHECKING, Protocol, cast

from dcr.contract.spelling import did_you_mean
from dcr.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from dcr.reporters.report import Report

_NOT_FORMATS = ("report", "printable", "summary", "layout", "sources", "combined", "own_issues", "html_page")


class Reporter(Protocol):
    """What every format module offers.

    One whose output ends in the closing line has `CLOSES = True`. One that is made of commands to a CI's log has
    `commands(report) -> str`: the commands alone, which may stand below another report.
    """

    def render(self, report: Report, style: Style) -> str:
        """Return the whole output for stdout, ending in a newline unless it is empty."""


class Style:
    """How much room and colour a terminal gives; formats for machines ignore it. `quiet` asks for issues alone."""

    def __init__(self, width: int = 100, *, color: bool = False, unicode: bool = True, quiet: bool = False) -> None:
        self.width, self.color, self.unicode, self.quiet = width, color, unicode, quiet


@lru_cache(maxsize=1)
def names() -> tuple[str, ...]:
    """Return the names of all formats; a module whose name begins with an underscore is a part that they share."""
    found = (each.name for each in pkgutil.iter_modules(__path__))
    return tuple(sorted(each for each in found if each not in _NOT_FORMATS and not each.startswith("_")))


def reporter(name: str) -> Reporter:
    """Return the reporter of a format. Raises `UsageError` for one that does not exist."""
    known = names()
    if name not in known:
        raise UsageError(f"there is no format '{name}'", did_you_mean(name, known) or f"one of: {', '.join(known)}")
    return cast("Reporter", import_module(f"{__name__}.{name}"))


def needs_sources(formats: Iterable[str]) -> bool:
    """Return whether one of some formats shows the texts that issues point at (`Report.sources`)."""
    return any(getattr(reporter(name), "NEEDS_SOURCES", False) for name in formats)
