"""The pages have short sentences and none of the retired words."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from doc_pages import ROOT, without_blocks
from retired_words import find_retired_words

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

MAX_WORDS = 30
"""Words in a sentence: the aim is 25, and five more are tolerated where splitting makes a sentence worse."""

PAGES = sorted(
    str(page.relative_to(ROOT))
    for page in (ROOT / "README.md", ROOT / "CONTRIBUTING.md", ROOT / "bench/README.md", *(ROOT / "docs").glob("*.md"))
    if page.name not in ("rules.md", "command-line.md")
)
"""Pages written by hand; docs/rules.md and docs/command-line.md are generated."""

_HIDDEN = re.compile(r"<!--.*?-->|<[^>]+>|(?<![*\w])\*[^*\n]+(?:\n[^*\n]+)*\*(?!\*)", re.DOTALL)
"""Comments, HTML tags, and the names of tests in italics."""

_CODE = re.compile(r"``.+?``|`[^`]+`", re.DOTALL)
_LINK = re.compile(r"(!?)\[([^\]]*)\]\([^)]*\)")
_BLOCK_START = re.compile(r"^(?:\s*(?:[-*+]|\d+\.)\s+|#+\s+|>\s*)", re.MULTILINE)
_SENTENCE_END = re.compile(r"(?<=[.!?])[)\"*]*\s+(?=\S)")
on_every_page = pytest.mark.parametrize(
    "page", [ROOT / each for each in PAGES], ids=lambda page: str(page.relative_to(ROOT))
)


def read_text(page: Path) -> str:
    """Return a page without fenced blocks, tags and the names of tests; a code span is the word CODE."""
    text = _CODE.sub("CODE", without_blocks(page))
    return _LINK.sub(lambda link: link[2], _HIDDEN.sub("", text))


def read_sentences(page: Path) -> Iterator[str]:
    """Yield the sentences of the paragraphs, headings and list items of a page, without its tables."""
    prose = re.sub(r"^\|.*$", "", read_text(page), flags=re.MULTILINE)
    for paragraph in re.split(r"\n\s*\n", _BLOCK_START.sub("\n\n", prose)):
        yield from filter(None, _SENTENCE_END.split(" ".join(paragraph.split())))


def count_words(sentence: str) -> int:
    return sum(any(map(str.isalnum, word)) for word in sentence.split())


@on_every_page
def test_sentences_are_short(page: Path) -> None:
    long = [(count_words(each), each) for each in read_sentences(page) if count_words(each) > MAX_WORDS]
    assert long == []


@on_every_page
def test_no_retired_word_is_on_a_page(page: Path) -> None:
    assert list(find_retired_words(" ".join(read_text(page).split()))) == []


def test_sentences_end_at_paragraphs_items_and_full_stops(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text(
        "# Head\n\nOne is\n*not counted* `a b. c`. [Two](x.md) v3.2 is.\n\n- three\n- four\n\n| t |\n\n```\nx\n```\n"
    )
    assert list(read_sentences(page)) == ["Head", "One is CODE.", "Two v3.2 is.", "three", "four"]


def test_retired_words_are_found_in_any_case_and_form() -> None:
    text = "Owes MAJOR; field_resurrected lets one break through."
    assert [word for word, _ in find_retired_words(text)] == ["Owes", "lets one break through"]
