"""Pages of a site as a strict parser reads them."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING, Any

import html5lib
from repositories import ROOT

sys.path.insert(0, str(ROOT / "tests/reporters"))

from html_pages import assert_lines_are_harmless, said, skeleton
from test_hostile_names import HOSTILE

if TYPE_CHECKING:
    from xml.etree import ElementTree as ET

WIDE, NARROW = {"width": 1280, "height": 900}, {"width": 390, "height": 844}
"""The windows of a screen and a phone."""
__all__ = ["HOSTILE", "NARROW", "WIDE", "Page", "assert_lines_are_harmless", "skeleton"]


class Page:
    """One page; a page that is not valid HTML cannot be made."""

    def __init__(self, text: str) -> None:
        self.text = text
        parser = html5lib.HTMLParser(html5lib.getTreeBuilder("etree"), strict=True, namespaceHTMLElements=False)
        self.root: ET.Element = parser.parse(text)

    def all(self, name: str, **attributes: str) -> list[ET.Element]:
        """Return the elements with a name and some attributes, `class_` being one of several."""
        class_ = attributes.pop("class_", None)
        return [
            each
            for each in self.root.iter(None if name == "*" else name)
            if all(each.get(key) == value for key, value in attributes.items())
            and (class_ is None or class_ in each.get("class", "").split())
        ]

    def texts(self, name: str, **attributes: str) -> list[str]:
        """Return what some elements show, with white space collapsed."""
        return [" ".join(said(each).split()) for each in self.all(name, **attributes)]

    @property
    def links(self) -> list[str]:
        return [each.get("href", "") for each in self.all("a")]

    @property
    def data(self) -> Any:
        """The values that the page contains for its script."""
        (element,) = self.all("script", type="application/json")
        return json.loads(element.text or "")
