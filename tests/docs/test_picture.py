"""The picture of the README is what `dcr check` prints, and it loads nothing."""

from __future__ import annotations

import re
import sys
from xml.etree import ElementTree as ET

import pytest
from doc_pages import ROOT

sys.path.insert(0, str(ROOT / "docs"))

from generate_picture import PICTURE, check_output, draw


@pytest.fixture(scope="module")
def output() -> str:
    return check_output()


def test_the_picture_shows_what_the_check_prints(output: str, request: pytest.FixtureRequest) -> None:
    picture = draw(output)
    if request.config.getoption("--accept"):
        PICTURE.write_text(picture, "utf-8")
    assert PICTURE.read_text("utf-8") == picture, "python docs/generate_picture.py draws it anew"


def test_the_check_reports_the_removed_field_and_how_to_accept_it(output: str) -> None:
    text = re.sub("\x1b\\[[0-9;]*m", "", output)
    assert "field 'ltv' was removed" in text
    assert "dcr accept users.daily_active field_removed ltv" in text


def test_the_picture_is_an_image_with_a_text_alternative_in_the_readme() -> None:
    assert ET.fromstring(PICTURE.read_text("utf-8")).tag.endswith("svg")
    alternative = re.search(r"!\[([^\]]+)\]\(docs/check\.svg\)", (ROOT / "README.md").read_text("utf-8"))
    assert alternative
    assert "ltv" in alternative[1]
