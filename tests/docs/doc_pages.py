"""The pages people read: their fenced blocks with the marks above them, tables, headings and links.

A mark is an HTML comment on the line above a fence, so that readers do not see it:
`<!-- run -->` runs a console block, or a Python one whose output is the next block;
`<!-- file: PATH -->` writes the block into the repository that commands run in, `<!-- odd file: PATH -->` one that
is not meant to be clean; `new repository; ` before either begins with a new repository of the example contracts, and
`new folder; ` with a folder that is empty. `<!-- install -->` is what a page installs with: it needs the network.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parents[2]
PAGES = [
    *(ROOT / name for name in ("README.md", "CONTRIBUTING.md", "CHANGELOG.md", "bench/README.md")),
    *sorted((ROOT / "docs").glob("*.md")),
]
_ANEW, _EMPTY = "new repository; ", "new folder; "
_MARK = re.compile(r"<!-- (.+) -->")
_LINK = re.compile(r"(?<!!)\[[^\]]+\]\(([^)\s]+)\)")


@dataclass(frozen=True)
class Block:
    """One fenced block; `line` is where its first line stands, counted from 1."""

    page: Path
    line: int
    language: str
    text: str
    mark: str = ""

    @property
    def anew(self) -> bool:
        return self.mark.startswith((_ANEW, _EMPTY))

    @property
    def begins_empty(self) -> bool:
        return self.mark.startswith(_EMPTY)

    @property
    def runs(self) -> bool:
        return self._what == "run"

    @property
    def installs(self) -> bool:
        return self.mark == "install"

    @property
    def file(self) -> str | None:
        """The path in the repository that the block is written to, if it is."""
        return self.mark.partition("file: ")[2] or None

    @property
    def is_odd(self) -> bool:
        """Whether the page shows the file for what dcr says against it."""
        return self._what.startswith("odd ")

    @property
    def _what(self) -> str:
        return self.mark.removeprefix(_ANEW).removeprefix(_EMPTY)

    def __str__(self) -> str:
        return f"{self.page.relative_to(ROOT)}:{self.line}"


def blocks(page: Path) -> list[Block]:
    """Return a page's fenced blocks, in order."""
    found: list[Block] = []
    before, opened, language, written = "", 0, "", list[str]()
    for number, line in enumerate(page.read_text("utf-8").splitlines(), start=1):
        fence = line.startswith("```")
        if fence and not opened:
            opened, language, written = number + 1, line[3:].strip(), []
        elif fence:
            mark = _MARK.fullmatch(before)
            found.append(
                Block(page, opened, language, "".join(f"{each}\n" for each in written), mark[1] if mark else "")
            )
            opened = 0
        elif opened:
            written.append(line)
        if not opened and not fence:
            before = line
    return found


def all_blocks(language: str) -> list[Block]:
    """Return the blocks of a language on every page."""
    return [each for page in PAGES for each in blocks(page) if each.language == language]


def section(page: Path, heading: str) -> str:
    """Return the text below a heading, up to the next one of its level or above."""
    level = len(heading) - len(heading.lstrip("#"))
    _, found, rest = f"\n{page.read_text('utf-8')}".partition(f"\n{heading}\n")
    assert found, f"{page.name} has no '{heading}'"
    return re.split(rf"^#{{1,{level}}} ", rest, maxsplit=1, flags=re.MULTILINE)[0]


def rows(text: str) -> list[list[str]]:
    """Return the cells of every row of the tables in a text, headings and rulers left out."""
    found = []
    for paragraph in re.split(r"\n(?!\|)", text):
        lines = [each for each in paragraph.splitlines() if each.startswith("|")]
        found += [[cell.strip() for cell in line.strip("|").split("|")] for line in lines[2:]]
    return found


def without_blocks(page: Path) -> str:
    """Return a page's prose: everything but its fenced blocks."""
    return re.sub(r"^```.*?^```$", "", page.read_text("utf-8"), flags=re.MULTILINE | re.DOTALL)


def links(page: Path) -> list[str]:
    """Return where a page's links lead."""
    return _LINK.findall(without_blocks(page))


def anchors(page: Path) -> set[str]:
    """Return the anchors of a page's headings, made as GitHub makes them."""
    return set(_anchors(without_blocks(page)))


def _anchors(text: str) -> Iterator[str]:
    for heading in re.findall(r"^#+ (.+)$", text, flags=re.MULTILINE):
        yield re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")
