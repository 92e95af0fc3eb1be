"""Compatibility modes, and the stricter of two."""

from __future__ import annotations

import pytest

from dcr.compatibility.modes import DIRECTIONS, MODES, combine_modes


@pytest.mark.parametrize(
    ("first", "second", "both"),
    [
        ("backward", "backward", "backward"),
        ("backward", "forward", "full"),
        ("forward", "none", "forward"),
        ("none", "none", "none"),
        ("full", "backward", "full"),
        ("backward", "backward_transitive", "backward_transitive"),
        ("none", "forward_transitive", "forward_transitive"),
        ("full", "backward_transitive", "full_transitive"),
        ("backward_transitive", "forward", "full_transitive"),
    ],
)
def test_the_stricter_of_two_modes_asks_for_everything_either_asks_for(first: str, second: str, both: str) -> None:
    assert combine_modes(first, second) == combine_modes(second, first) == both


@pytest.mark.parametrize("first", MODES)
@pytest.mark.parametrize("second", MODES)
def test_no_direction_is_lost_when_two_modes_meet(first: str, second: str) -> None:
    assert set(DIRECTIONS[combine_modes(first, second)]) == {*DIRECTIONS[first], *DIRECTIONS[second]}
