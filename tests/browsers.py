"""Starts Chromium, opens pages in it and uses them, for the tests of HTML."""

from __future__ import annotations

import shutil
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import pytest

playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")

from axe_playwright_python.sync_playwright import Axe  # noqa: E402

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from playwright.sync_api import Browser, BrowserContext, Locator, Page

NAMES = ("chromium", "chromium-browser", "google-chrome")
FLAGS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
]  # fmt: skip
expect = playwright.expect
expect.set_options(timeout=30_000)  # a shared machine may be slow


@contextmanager
def start_browser() -> Iterator[Browser]:
    """Run a Chromium. Skip the test if there is none."""
    program = next(filter(None, map(shutil.which, NAMES)), None)
    if program is None:
        pytest.skip(f"no browser on PATH ({', '.join(NAMES)}): see .ci/browser")
    with playwright.sync_playwright() as running:
        started = running.chromium.launch(executable_path=program, args=FLAGS)
        yield started
        started.close()


@contextmanager
def watch_pages(
    browser: Browser, size: dict[str, int], is_allowed: Callable[[str], bool]
) -> Iterator[Callable[..., Page]]:
    """Yield a function that opens an address in a window of a size, with other options for the browser's context.

    Nothing moves, so that no color is looked at in the middle of a transition. A message on the console, a pop-up, or
    a request to an address that is not allowed fails the test that opened it.
    """
    contexts: list[BrowserContext] = []
    noticed: list[str] = []
    requests: list[str] = []

    def open_page(address: str, **options: Any) -> Page:
        context = browser.new_context(**{"viewport": size, "reduced_motion": "reduce", **options})
        contexts.append(context)
        page = context.new_page()
        page.on("console", lambda message: noticed.append(f"{message.type}: {message.text}"))
        page.on("pageerror", lambda error: noticed.append(str(error)))
        page.on("dialog", lambda dialog: noticed.append(dialog.message))
        page.on("request", lambda request: requests.append(request.url))
        page.goto(address)
        return page

    yield open_page
    for context in contexts:
        assert len(context.pages) == 1
        context.close()
    assert noticed == []
    assert [each for each in requests if not (each.startswith("data:image/svg+xml,") or is_allowed(each))] == []


def assert_clean(page: Page, **options: Any) -> None:
    """Assert that axe finds no violation on a page.

    With `preload=False`, axe does not request the style sheet again, which the policy of a page may refuse.
    """
    found = Axe().run(page, options={"resultTypes": ["violations"], **options})
    assert found.violations_count == 0, found.generate_report()


def overflow(page: Page) -> int:
    """Return how many pixels of a page are beyond the right edge of the window."""
    return page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")


def press(page: Page, key: str, until: Locator, most: int = 60) -> None:
    """Press a key until an element has the focus, as a person without a mouse does."""
    for _ in range(most):
        if until.evaluate("node => node === document.activeElement"):
            return
        page.keyboard.press(key)
    raise AssertionError(f"{key} never reaches {until}")


def choose(page: Page, select: Locator, words: str, by: str = "Tab") -> None:
    """Go to a choice with the keyboard and down to what it offers; letters typed slowly would each choose anew."""
    press(page, by, select)
    for _ in range(20):
        if select.evaluate("node => node.selectedOptions[0].text").startswith(words):
            return
        page.keyboard.press("ArrowDown")
    raise AssertionError(f"'{words}' is not offered")
