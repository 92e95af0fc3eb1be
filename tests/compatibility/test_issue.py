"""What identifies an issue while everything around it changes."""

from __future__ import annotations

from dcr.compatibility.issue import fingerprint_of


def test_a_fingerprint_is_short_and_the_same_every_time() -> None:
    assert fingerprint_of("users", "field_removed", "ltv", "") == fingerprint_of("users", "field_removed", "ltv", "")
    assert len(fingerprint_of("users", "field_removed", "ltv", "")) == 16


def test_every_part_of_what_an_issue_is_about_counts() -> None:
    parts = ("users", "field_removed", "ltv", "detail")
    others = [tuple("x" if index == changed else part for index, part in enumerate(parts)) for changed in range(4)]
    assert len({fingerprint_of(*each) for each in [parts, *others]}) == 5


def test_parts_do_not_run_into_each_other() -> None:
    assert fingerprint_of("a", "bc", "d", "") != fingerprint_of("ab", "c", "d", "")
    assert fingerprint_of("a", "b", "c", "") != fingerprint_of("a", "b", "", "c")


def test_a_name_that_no_encoding_knows_has_a_fingerprint_too() -> None:
    assert fingerprint_of("\ud800", "field_removed", None, "")
