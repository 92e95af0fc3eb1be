"""Ranges of versions contain what npm's node-semver says they contain; the Python port of it is the judge."""

from __future__ import annotations

import contextlib

import nodesemver
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from dcr.consumers.version_range import InvalidRangeError, parse_version_range

VERSIONS = (
    "0.0.0", "0.0.3", "0.0.4", "0.1.0", "0.9.9", "1.0.0", "1.2.3", "1.2.4", "1.3.0", "2.0.0", "2.5.1", "3.0.0",
)  # fmt: skip
CONTAINED = {
    "*": " ".join(VERSIONS),
    "x": " ".join(VERSIONS),
    "X": " ".join(VERSIONS),
    ">=*": " ".join(VERSIONS),
    "^*": " ".join(VERSIONS),
    "1": "1.0.0 1.2.3 1.2.4 1.3.0",
    "1.x": "1.0.0 1.2.3 1.2.4 1.3.0",
    "1.X.x": "1.0.0 1.2.3 1.2.4 1.3.0",
    "1.*": "1.0.0 1.2.3 1.2.4 1.3.0",
    "=1": "1.0.0 1.2.3 1.2.4 1.3.0",
    "1.2": "1.2.3 1.2.4",
    "1.2.x": "1.2.3 1.2.4",
    "1.2.3": "1.2.3",
    "=1.2.3": "1.2.3",
    "==1.2.3": "1.2.3",
    ">1": "2.0.0 2.5.1 3.0.0",
    ">1.x": "2.0.0 2.5.1 3.0.0",
    ">1.2": "1.3.0 2.0.0 2.5.1 3.0.0",
    ">1.2.3": "1.2.4 1.3.0 2.0.0 2.5.1 3.0.0",
    ">=2": "2.0.0 2.5.1 3.0.0",
    ">=2.0": "2.0.0 2.5.1 3.0.0",
    ">=2.0.0": "2.0.0 2.5.1 3.0.0",
    "<1": "0.0.0 0.0.3 0.0.4 0.1.0 0.9.9",
    "<1.x": "0.0.0 0.0.3 0.0.4 0.1.0 0.9.9",
    "<0.1": "0.0.0 0.0.3 0.0.4",
    "<0.0.4": "0.0.0 0.0.3",
    "<=0": "0.0.0 0.0.3 0.0.4 0.1.0 0.9.9",
    "<=0.1": "0.0.0 0.0.3 0.0.4 0.1.0",
    "<=0.0.3": "0.0.0 0.0.3",
    "<0": "",
    "^1": "1.0.0 1.2.3 1.2.4 1.3.0",
    "^1.2": "1.2.3 1.2.4 1.3.0",
    "^1.2.4": "1.2.4 1.3.0",
    "^0": "0.0.0 0.0.3 0.0.4 0.1.0 0.9.9",
    "^0.x": "0.0.0 0.0.3 0.0.4 0.1.0 0.9.9",
    "^0.0": "0.0.0 0.0.3 0.0.4",
    "^0.0.x": "0.0.0 0.0.3 0.0.4",
    "^0.0.3": "0.0.3",
    "^0.1": "0.1.0",
    "~1": "1.0.0 1.2.3 1.2.4 1.3.0",
    "~1.2": "1.2.3 1.2.4",
    "~1.2.4": "1.2.4",
    "~0.0.3": "0.0.3 0.0.4",
    ">=1.0 <3": "1.0.0 1.2.3 1.2.4 1.3.0 2.0.0 2.5.1",
    ">= 1.0 < 3": "1.0.0 1.2.3 1.2.4 1.3.0 2.0.0 2.5.1",
    ">=1.0,<3": "1.0.0 1.2.3 1.2.4 1.3.0 2.0.0 2.5.1",
    " >=1.0 , <3\t": "1.0.0 1.2.3 1.2.4 1.3.0 2.0.0 2.5.1",
    ">=1.0\n<3": "1.0.0 1.2.3 1.2.4 1.3.0 2.0.0 2.5.1",
    "1.2 || 3": "1.2.3 1.2.4 3.0.0",
    "<0.0.4||>=2 <3": "0.0.0 0.0.3 2.0.0 2.5.1",
    "^1 <1.3": "1.0.0 1.2.3 1.2.4",
    ">=3 <1": "",
}
INVALID = (
    "", " ", ",", "||", "1 ||", "|| 1", "1 || || 2", "1,", ",1", "1,,2", "one", "v1", "1.x.3", "x.1", "01", "1.02",
    "1.2.3.4", "1.", ".1", "-1", "1 - 2", "~>1", "=>1", ">", "^", "> <1", "1.0.0-alpha", "1.0.0+1", ">*", "<x",
    "1;2", "1|2", "\uff11", "1" * 20, "1 " * 101, "!=1", "===1", ">=1<2",
)  # fmt: skip


@pytest.mark.parametrize("text", CONTAINED, ids=repr)
def test_a_range_contains_exactly_the_listed_versions(text: str) -> None:
    found = parse_version_range(text)
    assert [version for version in VERSIONS if found.contains(version)] == CONTAINED[text].split()
    assert found.text == text


@pytest.mark.parametrize("text", [text for text in CONTAINED if "," not in text and "==" not in text], ids=repr)
def test_the_judge_agrees_with_every_row_of_the_table(text: str) -> None:
    """Commas and `==` are Python's, so that the judge has none of them."""
    assert [version for version in VERSIONS if nodesemver.satisfies(version, text, loose=False)] == (
        CONTAINED[text].split()
    )


@pytest.mark.parametrize("text", INVALID, ids=repr)
def test_anything_else_is_no_range(text: str) -> None:
    with pytest.raises(InvalidRangeError):
        parse_version_range(text)


@pytest.mark.parametrize("version", ["", "1", "1.0", "v1.0.0", "1.0.0-beta", "1.0.0+2", "2024-01-01", "01.0.0", "x"])
def test_a_version_that_cannot_be_ordered_is_in_every_range(version: str) -> None:
    """A consumer that may read it counts as one that does."""
    assert parse_version_range("9").contains(version)


NUMBERS = st.integers(0, 4).map(str)
PARTIAL = st.one_of(
    NUMBERS,
    st.builds("{}.{}".format, NUMBERS, st.one_of(NUMBERS, st.sampled_from("xX*"))),
    st.builds("{}.{}.{}".format, NUMBERS, NUMBERS, st.one_of(NUMBERS, st.sampled_from("xX*"))),
    st.builds("{}.x.x".format, NUMBERS),
)
COMPARATORS = st.builds("{}{}{}".format, st.sampled_from(["", "=", ">", ">=", "<", "<=", "^", "~"]),
                        st.sampled_from(["", "", " "]), PARTIAL) | st.just("*")  # fmt: skip
ALTERNATIVES = st.lists(COMPARATORS, min_size=1, max_size=3).map(" ".join)
RANGES = st.lists(ALTERNATIVES, min_size=1, max_size=3).map(" || ".join)
EXACT = st.builds("{}.{}.{}".format, *[st.integers(0, 5)] * 3)


@settings(max_examples=1_000)
@given(RANGES, st.lists(EXACT, min_size=1, max_size=8))
@example("^0.0.x <0.0.2 || ~0.1", ["0.0.1", "0.0.2", "0.1.9"])
def test_any_range_contains_what_the_judge_says(text: str, versions: list[str]) -> None:
    found = parse_version_range(text)
    for version in versions:
        assert found.contains(version) is nodesemver.satisfies(version, text, loose=False), version


@given(RANGES, EXACT)
def test_commas_are_spaces_and_two_equals_signs_are_one(text: str, version: str) -> None:
    written = " || ".join(", ".join(part.replace("< ", "<").replace("> ", ">").replace("= ", "=").replace("^ ", "^")
                                    .replace("~ ", "~").split()) for part in text.split("||"))  # fmt: skip
    assert parse_version_range(written).contains(version) is parse_version_range(text).contains(version)


@given(st.text(alphabet="0123456789.xX*<>=^~|, \t\nv-+é", max_size=40))
def test_any_text_is_a_range_or_refused(text: str) -> None:
    with contextlib.suppress(InvalidRangeError):
        parse_version_range(text).contains("1.2.3")
