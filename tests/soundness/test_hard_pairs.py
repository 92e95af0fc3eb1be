"""Pairs that are easy to get wrong: each is judged as the generated ones are, and its verdict is written down."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from dcr.compatibility.constraints import find_stricter_constraints
from dcr.compatibility.engine import run_rules
from dcr.compatibility.modes import BACKWARD, FORWARD
from dcr.compatibility.pairs import ContractPair
from dcr.contract.contract import Field
from dcr.formats import read_content

from .proofs import conservatism, holds, unexplained
from .study import DIRECTIONS, Case, case_of

if TYPE_CHECKING:
    from .judge import Mapping

B, F = BACKWARD, FORWARD
TEXT, INTEGER, NUMBER = {"type": "string"}, {"type": "integer"}, {"type": "number"}
TENTHS = [n / 10 for n in range(30)]

PAIRS: dict[str, tuple[Mapping, Mapping, set[str]]] = {
    "an array's elements have one constraint": (
        {"type": "array", "items": {**INTEGER}}, {"type": "array", "items": {**INTEGER, "minimum": 3}}, {B},
    ),
    "an array of arrays is bounded inside": (
        {"type": "array", "items": {"type": "array", "items": {**TEXT, "max_length": 3}, "max_items": 4}},
        {"type": "array", "items": {"type": "array", "items": {**TEXT, "max_length": 2}, "max_items": 5}}, {B, F},
    ),
    "elements may be null": (
        {"type": "array", "items": {**TEXT, "max_length": 2}, "min_items": 2},
        {"type": "array", "items": {**TEXT, "max_length": 2, "required": False}, "min_items": 2}, {F},
    ),
    "an optional object gets a required field": (
        {"type": "object", "required": False, "fields": [{"name": "a", **TEXT}]},
        {"type": "object", "required": False, "fields": [{"name": "a", **TEXT}, {"name": "b", **TEXT}]}, {B, F},
    ),
    "an open bound half a step from zero": (
        {**NUMBER, "exclusive_minimum": 0.5}, {**NUMBER, "exclusive_minimum": 0.5, "multiple_of": 1}, {B},
    ),
    "an open upper bound half a step from zero": (
        {**NUMBER, "exclusive_maximum": -0.15}, {**NUMBER, "exclusive_maximum": -0.15, "multiple_of": 0.3}, {B},
    ),
    "a narrow open range and a step": (
        {**NUMBER, "exclusive_minimum": 1, "exclusive_maximum": 1.001},
        {**NUMBER, "exclusive_minimum": 1, "exclusive_maximum": 1.001, "multiple_of": 0.0005}, {B},
    ),
    "integers have no halves": ({**INTEGER, "multiple_of": 2.5}, {**INTEGER, "multiple_of": 5}, set()),
    "integers between fractions": (
        {**INTEGER, "minimum": 0.5, "exclusive_maximum": 3}, {**INTEGER, "exclusive_minimum": 0, "maximum": 2.9}, set(),
    ),
    "tenths are multiples of a tenth": ({**NUMBER, "multiple_of": 0.3}, {**NUMBER, "multiple_of": 0.1}, {F}),
    "one value is left by a step": (
        {**INTEGER, "minimum": 3, "maximum": 5, "multiple_of": 4}, {**INTEGER, "enum": [4]}, set(),
    ),
    "every tenth is listed": (
        {**NUMBER, "minimum": 0, "maximum": 2.9, "multiple_of": 0.1}, {**NUMBER, "enum": TENTHS}, set(),
    ),
    "every tenth but one is listed": (
        {**NUMBER, "minimum": 0, "maximum": 2.9, "multiple_of": 0.1}, {**NUMBER, "enum": TENTHS[:-1]}, {B},
    ),
    "more integers are listed than a message shows": (
        {**INTEGER, "minimum": 1, "maximum": 300}, {**INTEGER, "enum": list(range(1, 301))}, set(),
    ),
    "a range has one value": ({**NUMBER, "minimum": 2, "maximum": 2.0}, {**NUMBER, "enum": [2]}, set()),
    "a double cannot record the next quarter": (
        {**NUMBER, "maximum": 2**53, "multiple_of": 0.25}, {**NUMBER, "multiple_of": 0.25}, {F},
    ),
    "bounds of four hundred digits": (
        {**NUMBER, "minimum": 10**399, "maximum": 10**399 + 1}, {**NUMBER, "minimum": 10**399, "maximum": 10**399 + 3},
        {F},
    ),
    "a whole number is an integer": (
        {**NUMBER, "enum": [1e15, 4]}, {**INTEGER, "enum": [10**15, 4]}, {B, F},
    ),
    "both truths are listed": ({"type": "boolean"}, {"type": "boolean", "enum": [False, True]}, set()),
    "one truth is listed": ({"type": "boolean"}, {"type": "boolean", "enum": [False]}, {B}),
    "one is no truth": ({**INTEGER, "enum": [0, 1]}, {**INTEGER, "enum": [1, 0]}, set()),
    "one length": ({**TEXT, "min_length": 2, "max_length": 2}, {**TEXT, "min_length": 2}, {F}),
    "only the empty text": ({**TEXT, "max_length": 0}, {**TEXT, "enum": [""]}, set()),
    "length counts characters": ({**TEXT, "enum": ["🙂", "é"]}, {**TEXT, "enum": ["🙂", "é"], "max_length": 1}, set()),
    "a composed letter is one character and a decomposed one two": (
        {**TEXT, "enum": ["\u00e9", "e\u0301"]}, {**TEXT, "enum": ["\u00e9"], "max_length": 1}, {B},
    ),
    "a dollar lets a line break pass": (
        {**TEXT, "pattern": "^[A-Z]{2}$"}, {**TEXT, "pattern": "^[A-Z]{2}$", "max_length": 2}, {B},
    ),
    "a pattern and its length are equivalent": (
        {**TEXT, "pattern": "^[A-Z]{2}$"}, {**TEXT, "pattern": "^[A-Z]{2}$", "min_length": 2, "max_length": 3}, set(),
    ),
    "digits of any length get a limit": (
        {**TEXT, "pattern": "^[0-9]+$", "max_length": 200}, {**TEXT, "pattern": "^[0-9]+$", "max_length": 100}, {B},
    ),
    "a listed text is not of the new format": (
        {**TEXT, "enum": ["2024-02-29", "2023-02-29"]}, {**TEXT, "enum": ["2024-02-29"], "format": "date"}, {B},
    ),
    "every listed text is of the new format": (
        {**TEXT, "enum": ["2024-02-29", "1970-01-01"]},
        {**TEXT, "enum": ["2024-02-29", "1970-01-01"], "format": "date"}, set(),
    ),
    "nobody knows whether a listed text is of the new format": (
        {**TEXT, "enum": ["de", "se"]}, {**TEXT, "enum": ["de", "se"], "format": "country"}, {B},
    ),
    "a listed text is too long for a slow pattern": (
        {**TEXT, "enum": ["a" * 60]}, {**TEXT, "enum": ["a" * 60], "pattern": "^(a+)+$"}, {B},
    ),
    "a format has one length": (
        {**TEXT, "format": "uuid"}, {**TEXT, "format": "uuid", "min_length": 36, "max_length": 36}, set(),
    ),
    "an address may be short": ({**TEXT, "format": "email"}, {**TEXT, "format": "email", "min_length": 4}, {B}),
    "two formats have no text in common": ({**TEXT, "format": "date"}, {**TEXT, "format": "uuid"}, {B, F}),
    "a bound is added next to an open one": (
        {**INTEGER, "exclusive_minimum": 0}, {**INTEGER, "exclusive_minimum": 0, "minimum": 5}, {B},
    ),
}  # fmt: skip

TOO_LARGE: dict[str, tuple[Mapping, Mapping, set[str]]] = {
    "more elements than are written out": (
        {"type": "array", "items": TEXT, "max_items": 1050}, {"type": "array", "items": TEXT, "max_items": 1049}, {B},
    ),
    "more elements of elements than are written out": (
        {"type": "array", "min_items": 50, "items": {"type": "array", "min_items": 50, "items": TEXT}},
        {"type": "array", "min_items": 50, "items": {"type": "array", "min_items": 51, "items": TEXT}}, {B},
    ),
    "a longer text than is written out": ({**TEXT, "max_length": 10_500}, {**TEXT, "max_length": 10_499}, {B}),
}  # fmt: skip


def pair_of(name: str, previous: Mapping, proposed: Mapping) -> Case:
    """Return the pair of two fields that are the only ones of their contracts."""
    sides = [
        {
            "dataset_id": "sales.orders",
            "version": version,
            "owners": [{"team": "sales"}],
            "fields": [{"name": "f", **body}],
        }
        for version, body in (("1.0.0", previous), ("2.0.0", proposed))
    ]
    case = case_of(name, (name,), (sides[0], sides[1]), (_text(sides[0]), _text(sides[1])))
    assert case is not None
    return case


def _text(side: Mapping) -> bytes:
    return json.dumps(side, ensure_ascii=False).encode()


@pytest.mark.parametrize("name", PAIRS)
def test_a_hard_pair_is_judged_exactly(name: str) -> None:
    previous, proposed, broken = PAIRS[name]
    case = pair_of(name, previous, proposed)
    assert {direction for direction in DIRECTIONS if case.breaks(direction)} == broken, case.describe()
    for direction in DIRECTIONS:
        assert not list(unexplained(case, direction)), case.describe()
        for issue in case.issues(direction):
            proven = holds(case, direction, issue) if issue.witness else conservatism(case, direction, issue)
            assert proven, case.describe()


@pytest.mark.parametrize("name", TOO_LARGE)
def test_what_is_too_large_to_show_breaks_without_a_witness(name: str) -> None:
    previous, proposed, broken = TOO_LARGE[name]
    case = pair_of(name, previous, proposed)
    assert {direction for direction in DIRECTIONS if case.breaks(direction)} == broken, case.describe()
    for direction in broken:
        assert case.refused(direction)
        assert all(issue.witness is None for issue in case.issues(direction)), case.describe()


MOMENTS: dict[str, tuple[str, str, str, bool]] = {
    "a later day": ("date", "2024-01-01", "2024-01-02", True),
    "an earlier day": ("date", "2024-01-02", "2024-01-01", False),
    "an earlier moment of one zone": ("timestamp", "2024-01-01T10:00:00+02:00", "2024-01-01T09:00:00+02:00", False),
    "a moment that is later only in its own zone": (
        "timestamp", "2024-01-01T00:00:00+02:00", "2023-12-31T23:00:00Z", True,
    ),
    "a moment that is earlier only in its own zone": (
        "timestamp", "2024-01-01T00:00:00+02:00", "2023-12-31T23:59:59+01:00", True,
    ),
    "a moment that is earlier in every zone": (
        "timestamp", "2024-01-01T00:00:00Z", "2024-01-01T00:30:00+01:00", False,
    ),
    "one moment in two zones": ("timestamp", "2024-01-01T00:00:00Z", "2024-01-01T01:00:00+01:00", False),
    "a moment without a zone": ("timestamp", "2024-01-01T00:00:00Z", "2024-01-01T00:00:00", True),
    "a later time of day, without seconds": ("time", "08:00:00", "08:30", True),
    "one time of day, without seconds": ("time", "08:30:00", "08:30", False),
    "times of day in two zones": ("time", "23:00:00+01:00", "22:00:00Z", True),
    "a day of no calendar": ("date", "2024-02-30", "2024-02-29", False),
    "a day in another notation": ("date", "2024-1-2", "2024-01-01", True),
}  # fmt: skip


@pytest.mark.parametrize("name", MOMENTS)
def test_moments_that_foreign_formats_bound_are_in_the_order_of_time(name: str) -> None:
    type_name, previous, proposed, tighter = MOMENTS[name]
    writer, reader = (Field("f", type_name, constraints={"minimum": each}) for each in (previous, proposed))
    assert bool(list(find_stricter_constraints(writer, reader))) is tighter


ENDLESS: dict[str, dict[str, Any]] = {
    "a billion elements": {"type": "array", "min_items": 10**9, "items": TEXT},
    "a thousand elements three levels deep": {
        "type": "array", "min_items": 1000,
        "items": {"type": "array", "min_items": 1000, "items": {"type": "array", "min_items": 1000, "items": TEXT}},
    },
    "a text of a billion characters": {**TEXT, "min_length": 10**9},
    "a pattern with nested choices": {**TEXT, "pattern": "^((a|aa)+)+$"},
    "a pattern with choices in a fixed repeat": {**TEXT, "pattern": "(?:(?:a?){99}){99}"},
    "a pattern with choices in a row": {**TEXT, "pattern": "a*" * 300},
}  # fmt: skip


@pytest.mark.parametrize("name", ENDLESS)
def test_what_would_take_for_ever_is_judged_at_once(name: str) -> None:
    """A break next to such a field has no witness, and none is looked for in vain."""
    shape = ENDLESS[name]
    sides = []
    for version, required in (("1.0.0", False), ("2.0.0", True)):
        next_field = {"name": "next", "type": "integer", "required": required}
        fields = [{"name": "f", **shape}, next_field]
        sides.append({"dataset_id": "d", "version": version, "owners": [{"team": "t"}], "fields": fields})
    previous, proposed = (read_content("contracts/orders.yaml", _text(side)).contracts[0] for side in sides)
    issues = [each for each in run_rules(ContractPair(previous, proposed), "full").issues if each.field]
    assert [(issue.kind, issue.field, issue.witness) for issue in issues] == [("field_required_added", "next", None)]
