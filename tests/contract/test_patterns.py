"""Patterns: validated with a reason, run only where that is safe, and examples of their matches."""

from __future__ import annotations

import re

import pytest

from dcr.contract.values.patterns import (
    find_pattern_error,
    generate_examples,
    get_length_range,
    is_safe_to_run,
    matches,
)

FAULTS = {
    "(": "is not a valid regular expression: missing ), unterminated subpattern at position 0",
    "[a": "is not a valid regular expression: unterminated character set at position 0",
    "*a": "is not a valid regular expression: nothing to repeat at position 0",
    "a{2,1}": "is not a valid regular expression: min repeat greater than max repeat at position 2",
    "\\": "is not a valid regular expression: bad escape (end of pattern) at position 0",
    "\\p{L}": "is not a valid regular expression: bad escape \\p at position 0",
    "a" * 1_001: "has 1,001 characters, expected at most 1,000",
    "a{10000}": "repeats something 10,000 times or more",
    "a{0,99999}": "repeats something 10,000 times or more",
    "(a{100}){100}": "repeats something 10,000 times or more",
    "(?:(?:a{30}b){30}|c){20}": "repeats something 10,000 times or more",
}

SAFE = ["", "abc", "^[A-Z]{2}-[0-9]+$", "x|yz", "a*b*c*", "a{2,5}", "(a{2}){3}", "(a|b)*", "[^a]+", "(?i)de", "a*?"]
EXPLOSIVE = [
    "(a+)+", "(a|ab)*", "(ab?)+", "(a*)*b", "(?:a+){2,9}", "a*b*c*d*e*f*g*h*", "(a)\\1", "(?=a)b", "(?!a)b", "(?<=a)b",
    "(a)?(?(1)b|c)",
]  # fmt: skip

SHORTEST_EXAMPLES = {
    "abc": "abc",
    "^[A-Z]{2}-[0-9]+$": "AA-0",
    "x|yz": "x",
    "\\d{3}-\\w": "000-a",
    "[^a]": "A",
    "[^\\w]": "-",
    "a.c": "aac",
    "(?:ab){2}": "abab",
    "^$": "",
    "é{2}": "éé",
    "\\S\\s\\D": "a a",
}

LENGTHS: dict[str, tuple[int, int | None]] = {
    "abc": (3, None),
    "^abc": (3, None),
    "abc$": (3, None),
    "^abc$": (3, 4),
    "\\Aabc\\Z": (3, 3),
    "^(?:ab|c)\\Z": (1, 2),
    "^a+$": (1, None),
    "^a{2,5}\\Z": (2, 5),
    "(?m)^abc$": (3, None),
    "^a|b$": (1, None),
    "": (0, None),
    "(": (0, None),
}


@pytest.mark.parametrize(("pattern", "why"), FAULTS.items(), ids=[pattern[:20] for pattern in FAULTS])
def test_what_is_no_readable_pattern_is_refused_with_the_reason(pattern: str, why: str) -> None:
    assert find_pattern_error(pattern) == why
    assert not is_safe_to_run(pattern)
    assert generate_examples(pattern) == ()


@pytest.mark.parametrize("pattern", ["a" * 1_000, "a{9999}", "[0-9]*", "a{3,}", *SAFE, *EXPLOSIVE])
def test_what_is_readable_has_no_fault(pattern: str) -> None:
    assert find_pattern_error(pattern) is None


@pytest.mark.parametrize("pattern", SAFE)
def test_a_pattern_without_nested_choices_is_run(pattern: str) -> None:
    assert is_safe_to_run(pattern)
    assert matches(pattern, "zz 9") is (re.search(pattern, "zz 9") is not None)


@pytest.mark.parametrize("pattern", EXPLOSIVE)
def test_a_pattern_that_may_take_for_ever_is_not_run(pattern: str) -> None:
    assert not is_safe_to_run(pattern)
    assert matches(pattern, "a" * 30) is None
    assert generate_examples(pattern) == ()


@pytest.mark.parametrize("pattern", ["^(?:a?){28}a{28}$", "(?:a*){15}b", "(?:a|aa)" * 30 + "b"])
def test_a_pattern_that_explodes_without_a_nested_repeat_is_not_run(pattern: str) -> None:
    assert not is_safe_to_run(pattern)


def test_a_pattern_that_python_warns_of_is_read_in_silence() -> None:
    assert find_pattern_error("[[a]") is None


def test_a_deeply_nested_pattern_is_refused_and_not_stumbled_over() -> None:
    for depth in range(300, 480, 3):
        pattern = "(" * depth + "a" + ")" * depth
        assert (find_pattern_error(pattern) is None) is is_safe_to_run(pattern)


def test_a_text_too_long_for_its_pattern_is_not_matched() -> None:
    assert matches("a", "a" * 2_001) is True
    assert matches("^a*a*$", "a" * 20) is True
    assert matches("^a*a*$", "a" * 2_000) is None


def test_a_pattern_is_searched_and_not_anchored() -> None:
    assert matches("b", "abc") is True
    assert matches("^b", "abc") is False


@pytest.mark.parametrize(("pattern", "shortest"), SHORTEST_EXAMPLES.items(), ids=list(SHORTEST_EXAMPLES))
def test_a_pattern_is_spelled_out_shortest_first(pattern: str, shortest: str) -> None:
    found = generate_examples(pattern)
    assert found[0] == shortest
    assert list(found) == sorted(found, key=lambda text: (len(text), text))


@pytest.mark.parametrize("pattern", [*SAFE, *SHORTEST_EXAMPLES, *LENGTHS])
def test_what_is_spelled_out_matches(pattern: str) -> None:
    assert all(re.search(pattern, text) for text in generate_examples(pattern))


BELIEVABLE = {
    "^[\\x00-\\x7f]+$": "0", "^[ -~]$": "0", "^[\\t-~]{2}$": "00", "^[\\x00-\\x1fz]$": "z", "[\ud800-\udfff]": None,
    "^\\t$": None, "^[\\n\\r]$": None, "^a\\nb$": None, "\\x00": None, "^(?:\\t|x)$": "x", "^[^a-z]$": "A",
    "^[\\xa0-\\xff]$": "\xa1",
    "^a$": "a", "\\s": " ", "^[\\u200b\\u4e00]$": "\u4e00",
}  # fmt: skip


@pytest.mark.parametrize(("pattern", "plainest"), BELIEVABLE.items(), ids=list(map(ascii, BELIEVABLE)))
def test_what_is_spelled_out_is_short_and_printable(pattern: str, plainest: str | None) -> None:
    found = generate_examples(pattern, (1, 2, 9))
    assert all(text.isprintable() for text in found)
    assert next(iter(found), None) == plainest


@pytest.mark.parametrize(("pattern", "expected"), LENGTHS.items(), ids=[pattern or "empty" for pattern in LENGTHS])
def test_only_a_pattern_anchored_at_both_ends_limits_the_length(pattern: str, expected: tuple[int, int | None]) -> None:
    assert get_length_range(pattern) == expected


@pytest.mark.parametrize(
    "pattern", [each for each in [*SAFE, *SHORTEST_EXAMPLES, *LENGTHS] if not find_pattern_error(each)]
)
def test_no_text_that_matches_is_outside_the_lengths(pattern: str) -> None:
    low, high = get_length_range(pattern)
    for text in [*generate_examples(pattern), *(f"{text}\n" for text in generate_examples(pattern))]:
        if re.search(pattern, text):
            assert low <= len(text) <= (high if high is not None else len(text))
