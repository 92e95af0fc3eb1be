"""The code, the help pages and the manuals have none of the retired words."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest
from retired_words import find_retired_names, find_retired_words

from dcr.cli.app import COMMANDS

ROOT = Path(__file__).parents[1]
SOURCES = sorted(path for path in (ROOT / "dcr").rglob("*") if path.suffix in (".py", ".jinja", ".js", ".css", ".json"))
KEPT = ("field_resurrected", 'detail="gone"')
"""A kind, which keeps its name, and a text that is part of fingerprints."""

FORMER_KEYS = ROOT / "dcr/rendering/listings/json_documents.py"
"""The module that still writes the former names of JSON keys."""


def words_of(text: str) -> str:
    """Return a text in which the parts of `snake_case` and `CamelCase` names are words."""
    for name in KEPT:
        text = text.replace(name, "")
    return re.sub(r"(?<=[a-z])(?=[A-Z])|_", " ", text)


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(ROOT)))
def test_a_source_file_has_no_retired_word(path: Path) -> None:
    text = path.read_text("utf-8")
    if path == FORMER_KEYS:
        text = re.sub(r"_FORMER_KEYS = \{.*?\}", "", text, flags=re.DOTALL)
    assert list(find_retired_words(words_of(text))) == []
    if path.suffix == ".py":
        assert list(find_retired_names(text)) == []


@pytest.mark.parametrize(
    "command", ["--help", *(f"{name} --help" for name in COMMANDS), "explain", "explain field_removed"]
)
def test_a_page_that_dcr_prints_has_no_retired_word(command: str) -> None:
    ended = subprocess.run(
        [sys.executable, "-m", "dcr", *command.split()], capture_output=True, text=True, check=True, encoding="utf-8"
    )
    assert list(find_retired_words(words_of(ended.stdout))) == []


@pytest.mark.parametrize(
    "path",
    sorted(
        path
        for pattern in ("tests/**/expected*.txt", "tests/cli/reading/*.txt", "tests/cli/demo.txt")
        for path in ROOT.glob(pattern)
        if "json" not in path.name
    ),
    ids=lambda path: str(path.relative_to(ROOT)),
)
def test_expected_output_has_no_retired_word(path: Path) -> None:
    assert list(find_retired_words(words_of(path.read_text("utf-8")))) == []
