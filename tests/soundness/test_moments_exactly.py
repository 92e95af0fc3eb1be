"""Bounds of dates and times against every moment of a small range: judged exactly, with a witness that proves it."""

from __future__ import annotations

import itertools

import pytest

from dcr.compatibility.counterexamples.constraints import LOWER, UPPER, find_constraint_counterexample
from dcr.compatibility.counterexamples.rows import ABSENT, UNKNOWN, NoValueError, build_minimal_value
from dcr.contract.contract import Field
from dcr.contract.values.field_values import is_allowed
from dcr.contract.values.moments import compare_moments, format_moment, list_neighbours, parse_moment

DAYS = [f"2024-02-{day:02d}" for day in range(26, 30)] + ["2024-03-01", "2024-03-02"]
TIMES = ["07:59:59"] + [f"08:00:{second:02d}{half}" for second in range(4) for half in ("", ".5")]
INSTANTS = [f"2024-02-29T23:59:{second:02d}{half}Z" for second in range(56, 60) for half in ("", ".5")]
INSTANTS += ["2024-03-01T00:00:00Z"]
ELSEWHERE = ["2024-03-01T00:59:57+01:00", "2024-02-29T22:59:58-01:00", "2024-03-01T05:29:59+05:30"]
UNIVERSES = {
    "date": (DAYS, DAYS[1:-1]),
    "time": (TIMES, ["08:00:00", "08:00:01", "08:00:02.0"]),
    "timestamp": (INSTANTS, ELSEWHERE),
}


def sides(bounds: list[str]) -> list[dict[str, str]]:
    """Return every way to bound a field on one side or on both."""
    lows, highs = ([{}, *({key: each} for key in group for each in bounds)] for group in (LOWER, UPPER))
    return [{**low, **high} for low, high in itertools.product(lows, highs)]


@pytest.mark.parametrize("type_name", UNIVERSES)
def test_bounds_of_moments_are_compared_as_the_values_they_are(type_name: str) -> None:
    universe, bounds = UNIVERSES[type_name]
    fields = [Field("f", type_name, constraints=each) for each in sides(bounds)]
    allowed = [{each for each in universe if is_allowed(field, each)} for field in fields]
    only = [
        [{each for each in universe if is_allowed(Field("f", type_name, constraints=_of(field, group)), each)}
         for field in fields]
        for group in (LOWER, UPPER)
    ]  # fmt: skip
    for (number, writer), (other, reader) in itertools.product(enumerate(fields), repeat=2):
        for group, accepted in zip((LOWER, UPPER), only, strict=True):
            found = find_constraint_counterexample(writer, reader, group)
            assert (found is not ABSENT) is bool(allowed[number] - accepted[other]), (writer, reader, group)
            if found is not ABSENT:
                assert found is not UNKNOWN, (writer, reader, group)
                assert is_allowed(writer, found)
                assert not is_allowed(Field("f", type_name, constraints=_of(reader, group)), found)


def _of(field: Field, group: tuple[str, ...]) -> dict[str, str]:
    return {key: value for key, value in field.constraints.items() if key in group}


@pytest.mark.parametrize(
    ("type_name", "bounds"),
    [
        ("date", {"exclusive_minimum": "2030-12-31", "maximum": "2031-01-01"}),
        ("time", {"exclusive_minimum": "08:00", "exclusive_maximum": "09:00"}),
        ("timestamp", {"exclusive_minimum": "2030-12-31T23:59:59+02:00"}),
        ("date", {"exclusive_maximum": "1500-01-01"}),
    ],
)
def test_a_row_is_made_of_a_field_whose_bounds_are_out_themselves(type_name: str, bounds: dict[str, str]) -> None:
    field = Field("f", type_name, constraints=bounds)
    assert is_allowed(field, build_minimal_value(field))


def test_no_row_is_made_of_bounds_that_leave_nothing() -> None:
    field = Field("f", "date", constraints={"minimum": "2024-01-02", "maximum": "2024-01-01"})
    with pytest.raises(NoValueError):
        build_minimal_value(field)


@pytest.mark.parametrize(
    "text", ["2024-02-30", "24:00", "2024-1-1", "0000-01-01", "", "10", "2024-01-01T", "8:00", None]
)
def test_what_names_no_moment_is_none(text: str) -> None:
    assert parse_moment(text) is None


def test_the_ends_of_the_calendar_have_neighbours_on_one_side() -> None:
    assert list_neighbours("0001-01-01") == ["0001-01-01", "0001-01-02"]
    assert list_neighbours("9999-12-31T23:59:59Z") == ["9999-12-31T23:59:59Z", "9999-12-31T23:59:58Z"]
    assert list_neighbours("00:00") == ["00:00:00", "00:00:01"]
    moment = parse_moment("2024-01-01T00:00:00")
    assert moment is not None
    assert format_moment(moment) is None


def test_days_between_timestamps_are_dense() -> None:
    """A timestamp is after the first of January long before the second."""
    writer = Field("f", "timestamp", constraints={"exclusive_minimum": "2024-01-01"})
    reader = Field("f", "timestamp", constraints={"minimum": "2024-01-02"})
    assert find_constraint_counterexample(writer, reader, LOWER) is UNKNOWN
    assert compare_moments("2024-01-01", "2024-01-01T00:00:00Z") is None
