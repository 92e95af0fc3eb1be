"""Versions and bumps: how two versions are ordered, and what a bump is called."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dcr.compatibility.semver import (
    BUMPS,
    MAJOR,
    MINOR,
    NONE,
    PATCH,
    compute_bump,
    get_largest_bump,
    increase_version,
    is_at_least,
    parse_version,
)

versions = st.lists(st.integers(0, 99), min_size=3, max_size=3).map(lambda parts: ".".join(map(str, parts)))


@pytest.mark.parametrize(
    ("text", "version"),
    [("0.0.0", (0, 0, 0)), ("1.10.3", (1, 10, 3)), (f"{'9' * 19}.0.1", (int("9" * 19), 0, 1))],
)
def test_three_numbers_are_a_version(text: str, version: tuple[int, int, int]) -> None:
    assert parse_version(text) == version


@pytest.mark.parametrize(
    "text",
    ["", "1", "1.0", "1.0.0.0", "01.0.0", "1.00.0", "v1.0.0", "1.0.0-rc.1", "1.0.0+5", "1.0.0\n", " 1.0.0", "-1.0.0",
     "\uff11.0.0", "2024-05", f"{'9' * 20}.0.0"],
)  # fmt: skip
def test_anything_else_has_no_order(text: str) -> None:
    assert parse_version(text) is None
    assert compute_bump(text, "2.0.0") is None
    assert compute_bump("1.0.0", text) is None
    assert increase_version(text, MAJOR) is None


@pytest.mark.parametrize(
    ("previous", "proposed", "bump"),
    [
        ("1.2.3", "1.2.4", PATCH),
        ("1.2.3", "1.3.0", MINOR),
        ("1.2.3", "1.9.9", MINOR),
        ("1.2.3", "2.0.0", MAJOR),
        ("0.1.0", "1.0.0", MAJOR),
        ("1.9.0", "1.10.0", MINOR),
        ("1.2.3", "1.2.3", NONE),
        ("1.2.3", "1.2.2", None),
        ("2.0.0", "1.9.9", None),
        ("1.10.0", "1.9.0", None),
    ],
)
def test_a_bump_is_the_first_number_that_grew(previous: str, proposed: str, bump: str | None) -> None:
    assert compute_bump(previous, proposed) == bump


@pytest.mark.parametrize(("bump", "version"), [(MAJOR, "2.0.0"), (MINOR, "1.3.0"), (PATCH, "1.2.4"), (NONE, "1.2.3")])
def test_a_bumped_version_starts_the_smaller_numbers_again(bump: str, version: str) -> None:
    assert increase_version("1.2.3", bump) == version


@given(versions, st.sampled_from(BUMPS))
def test_the_bump_to_a_bumped_version_is_that_bump(version: str, bump: str) -> None:
    assert compute_bump(version, increase_version(version, bump) or "") == bump


@given(versions, versions)
def test_of_two_versions_one_grows_to_the_other(first: str, second: str) -> None:
    assert (compute_bump(first, second) is None) is (compute_bump(second, first) not in (None, NONE))


def test_a_bump_is_as_large_as_what_is_owed_or_it_is_not() -> None:
    answers = {(bump, required): is_at_least(bump, required) for bump in BUMPS for required in BUMPS}
    assert answers == {(bump, required): BUMPS.index(bump) >= BUMPS.index(required) for bump, required in answers}
    assert is_at_least(MAJOR, PATCH)
    assert not is_at_least(PATCH, MINOR)
    assert not is_at_least(None, NONE)


def test_the_largest_of_some_bumps_decides() -> None:
    assert get_largest_bump([PATCH, MAJOR, MINOR]) == MAJOR
    assert get_largest_bump([NONE, PATCH]) == PATCH
    assert get_largest_bump([]) == NONE
