"""The study, made once for all tests that look at it, and its counts at the end of pytest's output."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from .study import SEED, study

if TYPE_CHECKING:
    from collections.abc import Callable

    from .study import Case

PREFIX = "soundness: "


@pytest.fixture(scope="session")
def cases() -> list[Case]:
    """Return every pair of the study."""
    return study()


@pytest.fixture
def record(record_property: Callable[[str, object], None]) -> Callable[[str, object], None]:
    """Record a count for the summary."""
    return lambda name, value: record_property(f"{PREFIX}{name}", value)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    counts = [
        (name.removeprefix(PREFIX), value)
        for outcome in ("passed", "failed")
        for report in terminalreporter.stats.get(outcome, ())
        if report.when == "call"
        for name, value in report.user_properties
        if name.startswith(PREFIX)
    ]
    if counts:
        terminalreporter.section(f"soundness, seed {SEED}")
        for name, value in counts:
            terminalreporter.line(f"{name}: {value}")
