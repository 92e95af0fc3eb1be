"""The pictures in docs/site.md show the pages as they are: `pytest --accept` takes them again when a page changed."""

from __future__ import annotations

import base64
import re
from typing import TYPE_CHECKING, NamedTuple

import pytest
from repositories import ROOT
from site_pages import NARROW, WIDE

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from playwright.sync_api import Browser

PICTURES, TEXTS = ROOT / "docs", ROOT / "tests/site/pictures"
MAX_BYTES = 80_000
TO_WEBP = """async (png) => {
  const image = new Image();
  image.src = "data:image/png;base64," + png;
  await image.decode();
  const canvas = document.createElement("canvas");
  [canvas.width, canvas.height] = [image.width, image.height];
  canvas.getContext("2d").drawImage(image, 0, 0);
  return canvas.toDataURL("image/webp", 0.8).split(",")[1];
}"""


class Picture(NamedTuple):
    """A page, the size of the window, its colors, and the element at the top of the window, if it is scrolled."""

    path: str
    size: dict[str, int]
    scheme: str
    top: str = ""


SHOTS = {
    "datasets-wide-light": Picture("index.html", WIDE, "light"),
    "dataset-wide-dark": Picture("datasets/users.daily_active.html", WIDE, "dark"),
    "history-wide-light": Picture("datasets/users.daily_active.html#history", WIDE, "light"),
    "comparison-phone-light": Picture(
        "compare/users.daily_active.html#from=1.0.0&to=2.0.0", NARROW, "light", "#summary"
    ),
    "consumer-wide-light": Picture("consumers/growth.export.html", WIDE, "light"),
    "datasets-phone-dark": Picture("index.html#q=user", NARROW, "dark"),
}


@pytest.mark.parametrize("name", SHOTS)
def test_a_picture_shows_the_page_as_it_is(
    name: str, browser: Browser, site: Path, expect: Callable[[Path, str], None], request: pytest.FixtureRequest
) -> None:
    shot = SHOTS[name]
    page = browser.new_page(viewport=shot.size, color_scheme=shot.scheme)
    page.goto(f"{site.as_uri()}/{shot.path}")
    assert page.locator("body").is_visible()
    text, picture = page.locator("main").inner_text(), PICTURES / f"site-{name}.webp"
    expected = TEXTS / f"{name}.txt"
    if request.config.getoption("--accept") and not (expected.exists() and expected.read_text("utf-8") == text):
        if shot.top:
            page.locator(shot.top).evaluate("node => node.scrollIntoView()")
        png = base64.b64encode(page.screenshot()).decode()
        blank = browser.new_page()
        picture.write_bytes(base64.b64decode(blank.evaluate(TO_WEBP, png)))
        blank.close()
    page.close()
    expect(expected, text)
    content = picture.read_bytes()
    assert (content[:4], content[8:12]) == (b"RIFF", b"WEBP")
    assert len(content) <= MAX_BYTES


def test_the_page_shows_every_picture_with_a_text_alternative() -> None:
    text = (ROOT / "docs/site.md").read_text("utf-8")
    shown = dict(re.findall(r"!\[([^\]]{20,})\]\(site-([\w-]+)\.webp\)", text))
    assert (
        set(shown.values()) == set(SHOTS) == {path.stem.removeprefix("site-") for path in PICTURES.glob("site-*.webp")}
    )
