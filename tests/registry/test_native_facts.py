"""Checks that the native facts reader and the full reader return the same facts, also for damaged files."""

from __future__ import annotations

import random
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from dcr.contract.contract import build_comparison_key
from dcr.contract.digest import compute_digest
from dcr.formats import read_content
from dcr.parsing.plain_tree import is_plain
from dcr.parsing.yaml_reader import InvalidYamlError, check_tree, compose
from dcr.registry.history.facts import FileFacts, facts_from_json, facts_to_json
from dcr.registry.history.facts_reader import FactsReader

if TYPE_CHECKING:
    from dcr.contract.contract import Contract

ROOT = Path(__file__).parents[2]
FILES = sorted([*(ROOT / "tests/rules").rglob("*.yaml"), *(ROOT / "contracts-example").rglob("*.yaml")])
SPOILS = (
    "- ",
    ": ",
    "*x",
    "&x ",
    "!!str ",
    "  ",
    '"',
    "'",
    "\n",
    "null",
    "1",
    "\\x41",
    "{",
    "]",
    "é",
    "\x7f",
    "#",
    "x-",
)


def read_full(content: bytes) -> tuple[object, ...]:
    """Return the facts of the full reader, in the form of `summarize`."""
    reading = read_content("", content)
    fatal = [each for each in reading.problems if each.is_fatal]
    return (
        [
            (each.dataset_id, each.version, each.status, compute_digest(each), each.deprecation_uri)
            for each in reading.contracts
        ],
        f"line {fatal[0].location.line}: {fatal[0].message}" if fatal else None,
    )


def summarize(facts: FileFacts) -> tuple[object, ...]:
    known = [(each.dataset_id, each.version, each.status, each.digest, each.deprecation_uri) for each in facts.datasets]
    return known, facts.error


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(ROOT)))
def test_a_file_has_the_same_facts_either_way_and_keeps_them_through_the_cache(path: Path) -> None:
    content = path.read_bytes()
    facts = FactsReader().read_facts("", "", content)
    assert summarize(facts) == read_full(content)
    if facts.is_cacheable:
        assert facts_from_json(facts_to_json(facts)) == facts._replace(declared_id=facts.declared_id)


@given(st.sampled_from(FILES), st.integers(0, 2**32))
def test_a_spoilt_file_has_the_same_facts_either_way(path: Path, seed: int) -> None:
    chance = random.Random(seed)
    reader = FactsReader()
    text = path.read_text("utf-8")
    for _ in range(6):
        at = chance.randrange(len(text))
        text = text[:at] + chance.choice(SPOILS) + text[at + chance.choice((0, 0, 1, 7)) :]
        content = text.encode()
        assert summarize(reader.read_facts("", "", content)) == read_full(content)
        try:
            root = compose(content)
        except InvalidYamlError:
            continue
        if isinstance(root, yaml.MappingNode) and is_plain(root):
            check_tree(root)  # raises for what is refused


def contracts() -> list[Contract]:
    return [contract for path in FILES for contract in read_content("", path.read_bytes()).contracts]


def test_digests_are_equal_exactly_where_meanings_are() -> None:
    found = contracts()
    assert len(found) > 100
    meanings = [(compute_digest(contract), build_comparison_key(contract)) for contract in found]
    for digest, key in meanings:
        for other_digest, other_key in meanings:
            assert (digest == other_digest) is (key == other_key)
