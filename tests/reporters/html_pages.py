"""The HTML report taken apart: read by a strict parser, with what a test asks about."""

from __future__ import annotations

import re
from functools import cached_property
from typing import TYPE_CHECKING, Any

import html5lib
from sample_reports import REPORTS

from dcr.rendering.reports import load_reporter
from dcr.rendering.style import Style
from dcr.report.sources import Source

if TYPE_CHECKING:
    from collections.abc import Iterator
    from xml.etree import ElementTree as ET

    from dcr.report.report import Report

BEFORE = (
    "dataset_id: users.daily_active",
    "# said twice a year",
    'version: "1.0.0"',
    *(f"line_{number}: {number}" for number in range(4, 100)),
)
AFTER = (*BEFORE[:2], 'version: "1.1.0"', *BEFORE[3:26], *BEFORE[28:])


def with_sources(report: Report, before: tuple[str, ...] = BEFORE, after: tuple[str, ...] = AFTER) -> Report:
    """Return a report that holds a text for whatever its issues name."""
    texts = {key: Source(before if key[0] else after) for key in report.list_source_keys()}
    return report._replace(sources=texts)


SHOWN = {name: with_sources(report) for name, report in REPORTS.items()}
WITHOUT = {f"{name} without sources": REPORTS[name] for name in ("breaks", "accepted", "lint")}
PAGES = {**SHOWN, **WITHOUT}


class Page:
    """One rendered report as a tree; a page that is no valid HTML cannot be made."""

    def __init__(self, report: Report) -> None:
        self.text = load_reporter("html").render(report, Style())
        parser = html5lib.HTMLParser(html5lib.getTreeBuilder("etree"), strict=True, namespaceHTMLElements=False)
        self.root: ET.Element = parser.parse(self.text)

    def all(self, name: str = "*", class_: str = "", within: ET.Element | None = None) -> list[ET.Element]:
        root = self.root if within is None else within
        return [each for each in root.iter(None if name == "*" else name) if not class_ or class_ in classes(each)]

    def one(self, name: str, class_: str = "", within: ET.Element | None = None) -> ET.Element:
        (found,) = self.all(name, class_, within)
        return found

    @cached_property
    def issues(self) -> list[ET.Element]:
        return self.all("article", "issue")

    def excerpts(self, issue: ET.Element) -> dict[str, list[tuple[int, str, bool]]]:
        """Return the lines beside an issue by side: number, text and whether it is pointed at."""
        found = {}
        for figure in self.all("figure", within=self.one("div", "excerpts", issue)):
            lines = [
                (int(line.get("data-line", "0")), said(line).rstrip("\n"), line.tag == "mark")
                for line in self.all("*", "line", figure)
            ]
            found[self.all("b", within=figure)[0].text or ""] = lines
        return found


def classes(element: ET.Element) -> list[str]:
    return element.get("class", "").split()


def said(element: ET.Element) -> str:
    """Return what an element says to those who see it."""
    return "".join(_seen(element))


def _seen(element: ET.Element) -> Iterator[str]:
    if "visually-hidden" not in classes(element):
        yield element.text or ""
        for child in element:
            yield from _seen(child)
            yield child.tail or ""


def skeleton(element: ET.Element) -> Any:
    """Return the names of elements and attributes: what no text may change. A class may tell what a text is about."""
    return element.tag, sorted(set(element.keys()) - {"class"}), [skeleton(child) for child in element]


def assert_lines_are_harmless(page: str) -> None:
    assert page.isascii()
    assert page.endswith("</html>\n")
    for line in page.split("\n"):
        assert line.isprintable()
        assert not line.strip().startswith("::")
        assert not re.search(r"##\w*\[", line)
