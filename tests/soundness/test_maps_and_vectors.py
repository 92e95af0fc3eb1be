"""The promise holds for ODCS v3.2: jsonschema finds no row against a verdict on maps, vectors and enum objects."""

from __future__ import annotations

from collections import Counter
from random import Random
from typing import TYPE_CHECKING

import pytest

from dcr.formats import read_content

from .documents import parse_document
from .foreign import V3_2, as_odcs_3_2
from .foreign_pairs import run_on_texts, with_rows
from .judge import Judge, fields_of
from .maps_and_vectors import changed, nested_contract
from .rows import inhabited
from .study import DIRECTIONS, SEED, Case
from .test_soundness import counted
from .test_through_readers import assert_no_row_contradicts, meant

if TYPE_CHECKING:
    from collections.abc import Callable

    Record = Callable[[str, object], None]

PAIRS = 2_200


@pytest.fixture(scope="module")
def pairs() -> list[Case]:
    """Return pairs of documents without rows, the same for the same seed."""
    return [_case(number) for number in range(PAIRS)]


def _case(number: int) -> Case:
    rng = Random(f"{SEED} v3.2 {number}")
    while True:
        before = nested_contract(rng)
        after, edits = changed(rng, before)
        texts = as_odcs_3_2(before, rng), as_odcs_3_2(after, rng)
        sides = tuple(parse_document(text) for text in texts)
        if edits and all(map(inhabited, sides)):
            break
    for side, drawn in zip(sides, (before, after), strict=True):
        assert meant(side) == meant(drawn), texts
    pair, verdicts = run_on_texts(*texts, (*DIRECTIONS, "full"))
    return Case(f"v3.2 {number}", edits, Judge(sides[0]), Judge(sides[1]), texts, pair, verdicts, {})


def test_no_row_is_refused_without_an_issue_that_says_why(pairs: list[Case], record: Record) -> None:
    """Both directions in one test: the rows are made once."""
    cases = [with_rows(case) for case in pairs]
    for direction in DIRECTIONS:
        assert_no_row_contradicts(cases, direction, record, "of v3.2")
        assert sum(not case.breaks(direction) for case in cases) >= len(cases) / 5


def test_everything_in_the_documents_is_understood(pairs: list[Case]) -> None:
    for case in pairs:
        for text in case.texts:
            assert V3_2 in text.decode()
            assert not read_content("contracts/orders.yaml", text).problems, text.decode()


def test_what_v3_2_adds_is_changed_and_broken_often(pairs: list[Case], record: Record) -> None:
    edits = Counter(edit for case in pairs for edit in case.edits)
    places = Counter(_place(path) for case in pairs for each in case.issues("full") for path in [each.field or ""])
    types = Counter(field["type"] for case in pairs for _, field in fields_of(case.previous.contract))
    objects = sum(b"value:" in text or b'"value"' in text for case in pairs for text in case.texts)
    for name, found in (("edits", edits), ("places of issues", places), ("types", types)):
        record(f"{name} of v3.2", counted(found))
    assert min(edits[each] for each in ("change_dimensions", "change_element_type", "change_key", "become_a_map")) > 50
    assert min(places[each] for each in ("keys", "values", "elements")) > 100
    assert min(types["map"], types["vector"], objects) > 500


def _place(path: str) -> str:
    endings = {".keys": "keys", ".values": "values", "[]": "elements"}
    return next((name for ending, name in endings.items() if path.endswith(ending)), "elsewhere")
