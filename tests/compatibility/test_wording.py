"""Tests how messages format values."""

from __future__ import annotations

import pytest

from dcr.compatibility.wording import format_list, format_value


@pytest.mark.parametrize(
    ("value", "written"),
    [(None, "none"), (True, "true"), (False, "false"), (0, "0"), (1.5, "1.5"), ("a", "'a'"), ("", "''"), ("1", "'1'")],
)
def test_a_value_is_written_as_a_contract_writes_it(value: object, written: str) -> None:
    assert format_value(value) == written


def test_values_are_listed_with_commas_and_the_rest_is_counted() -> None:
    assert format_list([]) == ""
    assert format_list(["a", 1, True]) == "'a', 1, true"
    assert format_list(list(range(8))) == "0, 1, 2, 3, 4, 5, 6, 7"
    assert format_list(list(range(10))) == "0, 1, 2, 3, 4, 5, 6, 7 and 2 more"
