"""The set of numbers that a field allows: exact, and equal for equal sets."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dcr.contract.values.numbers import NumberSet, build_number_set, to_fraction, to_number

SETS: dict[str, tuple[str, dict[str, Any], str]] = {
    "any number": ("number", {}, "(-∞, ∞)"),
    "any integer": ("integer", {}, "(-∞, ∞) step 1"),
    "from and to": ("number", {"minimum": 0, "maximum": 1.5}, "[0, 3/2]"),
    "above and below": ("number", {"exclusive_minimum": 0, "exclusive_maximum": 1}, "(0, 1)"),
    "the tighter lower bound": ("number", {"minimum": 2, "exclusive_minimum": 1}, "[2, ∞)"),
    "the tighter upper bound": ("number", {"maximum": 2, "exclusive_maximum": 3}, "(-∞, 2]"),
    "an exclusive bound is the tighter one": ("number", {"minimum": 1, "exclusive_minimum": 1}, "(1, ∞)"),
    "an exclusive upper bound is the tighter one": ("number", {"maximum": 1, "exclusive_maximum": 1}, "(-∞, 1)"),
    "integers between fractions": ("integer", {"minimum": 0.5, "maximum": 3.5}, "[1, 3] step 1"),
    "integers above and below": ("integer", {"exclusive_minimum": 0, "exclusive_maximum": 4}, "[1, 3] step 1"),
    "integers below zero": ("integer", {"exclusive_minimum": -3.5, "maximum": -1}, "[-3, -1] step 1"),
    "multiples": ("integer", {"minimum": 1, "maximum": 14, "multiple_of": 5}, "[5, 10] step 5"),
    "tenths are exact": ("number", {"minimum": 0.25, "maximum": 0.7, "multiple_of": 0.1}, "[3/10, 7/10] step 1/10"),
    "integers that are multiples of a half": ("integer", {"multiple_of": 0.5}, "(-∞, ∞) step 1"),
    "integers that are multiples of one and a half": ("integer", {"multiple_of": 1.5}, "(-∞, ∞) step 3"),
    "multiples above one of them": ("number", {"exclusive_minimum": 10, "multiple_of": 5}, "[15, ∞) step 5"),
    "larger than a double holds exactly": ("integer", {"minimum": 2**53 + 1}, "[9007199254740993, ∞) step 1"),
}

EMPTY: dict[str, tuple[str, dict[str, Any]]] = {
    "bounds the wrong way round": ("number", {"minimum": 2, "maximum": 1}),
    "one number that is left out": ("number", {"minimum": 1, "exclusive_maximum": 1}),
    "no integer between": ("integer", {"minimum": 0.1, "maximum": 0.9}),
    "no integer inside": ("integer", {"exclusive_minimum": 1, "exclusive_maximum": 2}),
    "no multiple between": ("number", {"minimum": 1, "maximum": 4, "multiple_of": 5}),
}


def format_set(numbers: NumberSet) -> str:
    low = "(-∞" if numbers.low is None else f"{'(' if numbers.low_open else '['}{numbers.low}"
    high = "∞)" if numbers.high is None else f"{numbers.high}{')' if numbers.high_open else ']'}"
    return f"{low}, {high}" + (f" step {numbers.step}" if numbers.step else "")


@pytest.mark.parametrize(("type_name", "constraints", "expected"), SETS.values(), ids=list(SETS))
def test_constraints_fix_a_set_of_numbers(type_name: str, constraints: dict[str, Any], expected: str) -> None:
    assert format_set(build_number_set(type_name, constraints)) == expected
    assert not build_number_set(type_name, constraints).is_empty


@pytest.mark.parametrize(("type_name", "constraints"), EMPTY.values(), ids=list(EMPTY))
def test_constraints_that_contradict_each_other_leave_nothing(type_name: str, constraints: dict[str, Any]) -> None:
    numbers = build_number_set(type_name, constraints)
    assert numbers.is_empty
    assert numbers.find_members() == ()
    assert list(numbers.list_candidates()) == []


def test_a_decimal_is_what_the_author_wrote() -> None:
    assert to_fraction(0.1) == Fraction(1, 10)
    assert to_fraction(1e-3) == Fraction(1, 1000)
    assert to_fraction(7) == 7
    assert to_fraction(10**30) == 10**30


@pytest.mark.parametrize(
    ("number", "written"), [(Fraction(4, 2), 2), (Fraction(1, 4), 0.25), (Fraction(10**30), 10**30)]
)
def test_a_fraction_is_written_as_a_json_number(number: Fraction, written: float) -> None:
    assert to_number(number) == written
    assert type(to_number(number)) is type(written)


def test_a_fraction_beyond_a_double_is_written_somehow() -> None:
    to_number(Fraction(10**400 + 1, 2))


def test_a_short_list_of_members_is_given_in_full() -> None:
    assert build_number_set("integer", {"minimum": 1, "maximum": 3}).find_members() == (1, 2, 3)
    assert build_number_set("number", {"minimum": 2, "maximum": 2}).find_members() == (2,)
    assert build_number_set("integer", {"minimum": 1, "maximum": 64}).find_members() == tuple(range(1, 65))
    assert build_number_set("integer", {"minimum": 1, "maximum": 65}).find_members() is None
    assert build_number_set("number", {"minimum": 0, "maximum": 1}).find_members() is None
    assert build_number_set("integer", {"minimum": 0}).find_members() is None


def test_the_nearest_member_below_and_above_a_bound_is_found() -> None:
    fives = build_number_set("integer", {"minimum": 5, "maximum": 50, "multiple_of": 5})
    assert fives.find_below(Fraction(20), or_equal=False) == 15
    assert fives.find_below(Fraction(20), or_equal=True) == 20
    assert fives.find_below(Fraction(5), or_equal=False) is None
    assert fives.find_below(Fraction(99), or_equal=False) == 50
    assert fives.find_above(Fraction(20), or_equal=False) == 25
    assert fives.find_above(Fraction(21), or_equal=True) == 25
    assert fives.find_above(Fraction(50), or_equal=False) is None
    assert fives.find_above(Fraction(-3), or_equal=False) == 5


small = st.fractions(-6, 6, max_denominator=4)
keys = st.fixed_dictionaries(
    {},
    optional={
        "minimum": st.integers(-6, 6), "exclusive_minimum": st.sampled_from([-3, -1.5, 0, 0.5, 2]),
        "maximum": st.integers(-6, 6), "exclusive_maximum": st.sampled_from([-2, 0, 1.5, 3, 5.5]),
        "multiple_of": st.sampled_from([0.5, 1, 1.5, 2, 5]),
    },
)  # fmt: skip


def allowed(type_name: str, constraints: dict[str, Any], number: Fraction) -> bool:
    """Return, from the definitions alone, whether a number is allowed."""
    return (
        (type_name == "number" or number.denominator == 1)
        and ("minimum" not in constraints or number >= to_fraction(constraints["minimum"]))
        and ("maximum" not in constraints or number <= to_fraction(constraints["maximum"]))
        and ("exclusive_minimum" not in constraints or number > to_fraction(constraints["exclusive_minimum"]))
        and ("exclusive_maximum" not in constraints or number < to_fraction(constraints["exclusive_maximum"]))
        and ("multiple_of" not in constraints or number % to_fraction(constraints["multiple_of"]) == 0)
    )


@given(st.sampled_from(["integer", "number"]), keys, small)
def test_a_set_holds_exactly_what_the_constraints_allow(
    type_name: str, constraints: dict[str, Any], number: Fraction
) -> None:
    assert build_number_set(type_name, constraints).contains(number) is allowed(type_name, constraints, number)


@given(st.sampled_from(["integer", "number"]), keys)
def test_an_empty_set_is_known_to_be_empty_and_another_has_candidates(
    type_name: str, constraints: dict[str, Any]
) -> None:
    numbers = build_number_set(type_name, constraints)
    shown = list(numbers.list_candidates())
    assert all(allowed(type_name, constraints, each) for each in shown)
    assert bool(shown) is not numbers.is_empty


@given(keys, small, st.booleans(), st.booleans())
def test_a_member_beyond_a_bound_is_found_whenever_there_is_one(
    constraints: dict[str, Any], bound: Fraction, upwards: bool, or_equal: bool
) -> None:
    numbers = build_number_set("integer", constraints)
    found = (numbers.find_above if upwards else numbers.find_below)(bound, or_equal=or_equal)
    beyond = [
        Fraction(each)
        for each in range(-40, 41)
        if allowed("integer", constraints, Fraction(each))
        and ((each > bound if upwards else each < bound) or (or_equal and each == bound))
    ]
    if beyond:
        assert found == (min(beyond) if upwards else max(beyond))
    else:
        assert found is None
