"""Options and fixtures that every test may use; what needs a package index runs when `-m network` asks for it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import settings

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from playwright.sync_api import Browser

# A shared machine may stop for longer than any example takes.
settings.register_profile("patient", deadline=None)
settings.load_profile("patient")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--accept", action="store_true", help="rewrite expected outputs with what dcr says now")


@pytest.fixture
def expect(request: pytest.FixtureRequest) -> Callable[[Path, str], None]:
    """Compare an output with the file that holds the expected one; `--accept` rewrites that file first.

    What a test marked `xfail` expects is what dcr ought to say, so it is never rewritten.
    """
    accepting = request.config.getoption("--accept") and request.node.get_closest_marker("xfail") is None

    def compare(expected: Path, actual: str) -> None:
        if accepting:
            expected.write_text(actual, encoding="utf-8")
        assert actual == expected.read_text(encoding="utf-8")

    return compare


@pytest.fixture(scope="module")  # playwright runs an event loop, which other modules of a session would meet
def browser() -> Iterator[Browser]:
    """Run a Chromium for the tests of a module; they are skipped if there is none."""
    from browsers import start_browser

    with start_browser() as started:
        yield started


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "network: installs from the package index; deselected unless -m names it")
    config.addinivalue_line("markers", "slow: takes minutes; deselected unless -m names it")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    for name in ("network", "slow"):
        if name in config.option.markexpr:
            continue
        left_out = [each for each in items if each.get_closest_marker(name)]
        if left_out:
            config.hook.pytest_deselected(items=left_out)
            items[:] = [each for each in items if each not in left_out]
