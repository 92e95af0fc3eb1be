"""What identifies an issue while everything around it changes."""

from __future__ import annotations

from dcr.compatibility.issue import compute_fingerprint


def test_a_fingerprint_is_short_and_the_same_every_time() -> None:
    assert compute_fingerprint("users", "field_removed", "ltv", "") == compute_fingerprint(
        "users", "field_removed", "ltv", ""
    )
    assert len(compute_fingerprint("users", "field_removed", "ltv", "")) == 16


def test_every_part_of_what_an_issue_is_about_counts() -> None:
    parts = ("users", "field_removed", "ltv", "detail")
    others = [tuple("x" if index == changed else part for index, part in enumerate(parts)) for changed in range(4)]
    assert len({compute_fingerprint(*each) for each in [parts, *others]}) == 5


def test_parts_do_not_run_into_each_other() -> None:
    assert compute_fingerprint("a", "bc", "d", "") != compute_fingerprint("ab", "c", "d", "")
    assert compute_fingerprint("a", "b", "c", "") != compute_fingerprint("a", "b", "", "c")


def test_a_name_that_no_encoding_knows_has_a_fingerprint_too() -> None:
    assert compute_fingerprint("\ud800", "field_removed", None, "")
