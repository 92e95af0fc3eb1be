"""The tables of docs/formats.md that list the keys dcr does not compare; `pytest --accept` writes them anew."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from doc_pages import ROOT

from dcr.formats import list_formats
from dcr.formats._keys.vocabularies import find_vocabulary

if TYPE_CHECKING:
    from dcr.formats._keys.vocabulary import MappingKeys

PAGE = ROOT / "docs" / "formats.md"
FOREIGN = [each.NAME for each in list_formats() if find_vocabulary(each.NAME)]


def listed(names: frozenset[str]) -> str:
    return ", ".join(f"`{each}`" for each in sorted(names)) or "none"


def row(kind: MappingKeys) -> str:
    return f"| {kind.title} | {listed(kind.ignored)} | {listed(kind.unread)} |"


def table(name: str) -> str:
    vocabulary = find_vocabulary(name)
    assert vocabulary is not None
    rows = [row(each) for each in vocabulary.kinds.values() if each.ignored or each.unread]
    return "\n".join(["| keys of | ignored | not compared |", "|---|---|---|", *rows])


@pytest.mark.parametrize("name", FOREIGN)
def test_a_page_lists_every_key_that_is_not_compared(name: str, request: pytest.FixtureRequest) -> None:
    text = PAGE.read_text("utf-8")
    found = re.search(rf"(?<=<!-- keys: {name} -->\n).*?(?=\n<!-- end of keys -->)", text, re.DOTALL)
    assert found, f"no table of {name}"
    if request.config.getoption("--accept"):
        PAGE.write_text(f"{text[: found.start()]}{table(name)}{text[found.end() :]}", "utf-8")
    else:
        assert found[0] == table(name)
