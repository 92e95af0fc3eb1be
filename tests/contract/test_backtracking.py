"""No pattern that is run may keep anybody waiting, and the patterns people write are run."""

from __future__ import annotations

from time import process_time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dcr.contract.values.patterns import MAX_STEPS, estimate_search_steps, find_pattern_error, matches

PATIENCE = 0.5  # seconds of CPU
LENGTHS = (0, 1, 5, 10, 20, 40, 80, 160, 320, 640, 1_000, 1_400, 2_000)
LETTERS = ("a", "ab", "é", " ", "abcd", "\n", "\U00010101")
ASTRAL = "[" + "".join(f"{chr(0x10000 + 2 * each)}-{chr(0x10000 + 2 * each)}" for each in range(300)) + "]"

SLOW = {
    "a long tail after each choice": ".*(?:a.){400}[bc]",
    "a tail of single letters": "a*" + "a" * 900 + "[bc]",
    "a tail of classes": "a*" + "[^\\W\\d_]" * 100 + "[bc]",
    "a tail of boundaries": "a*" + "\\b" * 300 + "[bc]",
    "rounds that take no character": "(?:\\b){9999}" * 60,
    "rounds that take no character, at will": "(?:\\b)*" * 100 + "[bc]",
    "the beginning, at will": "(?:^)*" * 140 + "x",
    "nothing, at will": "(?:)*" * 140 + "x",
    "three open repeats": "a*a*a*[bc]",
    "three open repeats of groups": "(?:a.)*(?:a.)*(?:a.)*[bc]",
    "open repeats of open repeats": "(?:a*)*[bc]",
    "open repeats that overlap": "(?:a|aa)*[bc]",
    "many choices": "(?:a?){30}a{30}",
    "many choices, one after the other": "(?:a|aa)" * 30 + "[bc]",
    "bounded repeats of bounded repeats": "(?:a{0,9}){0,9}[bc]",
    "bounded repeats in a row": "a{0,100}a{0,100}a{0,100}[bc]",
    "every line begins anew": "(?m)^a*^a*^a*[bc]",
    "letters of any case": "(?i)a*A*a*[bc]",
    "a class of many ranges": f"{ASTRAL}*[bc]",
    "a class of many ranges, any case": f"(?i){ASTRAL}*[bc]",
    "lazy repeats": "a*?a*?a*?[bc]",
    "possessive repeats": "(?:(?:a*+)a*)*[bc]",
    "atomic groups": "(?>a*)(?>a*)a*a*[bc]",
    "groups within groups": "(" * 40 + "a*" + ")*" * 40 + "[bc]",
}

BIG_CLASSES = {
    "many": "[!-\uffff]" * 190,
    "many, any case": "(?i)" + "[!-\uffff]" * 199,
    "many, turned round": "(?i)" + "[^b-\uffff]" * 160,
}

RUN = {
    r"^[a-zA-Z0-9_.+-]+@[a-zA-Z0-9-]+\.[a-zA-Z0-9-.]+$": 100,
    r"[^@]+@[^@]+\.[a-z]+": 40,
    r"^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$": 2_000,
    r"^\d{4}-\d{2}-\d{2}(T\d{2}:\d{2}(:\d{2}(\.\d+)?)?Z?)?$": 2_000,
    r"^-?\d+(\.\d+)?$": 100,
    r"^[A-Z][0-9]{2}(\.[0-9]{1,4})?$": 2_000,
    r"^https?://\S+$": 2_000,
    r"^((25[0-5]|2[0-4]\d|1?\d?\d)\.){3}(25[0-5]|2[0-4]\d|1?\d?\d)$": 2_000,
    r"^(free|pro|enterprise)$": 2_000,
    r"^[A-Z]{3}(,[A-Z]{3})*$": 2_000,
    r"^(?:red|green|blue)(?:-(?:red|green|blue))*$": 2_000,
    r"^(\+\d{1,3}[- ]?)?\d{3}[- ]?\d{4}$": 2_000,
    r"[0-9]+": 1_000,
}
"""Patterns that people write, and how long a text they are run on at least."""


def longest_wait(pattern: str) -> float:
    """Return the longest time that any text takes, of the greatest length that the pattern is run on."""
    lengths = [length for length in LENGTHS if estimate_search_steps(pattern, "a" * length) <= MAX_STEPS]
    waits = [0.0]
    for letters in LETTERS if lengths else ():
        text = (letters * lengths[-1])[: lengths[-1]]
        begin = process_time()
        assert matches(pattern, text) is not None
        waits.append(process_time() - begin)
    return max(waits)


@pytest.mark.parametrize("pattern", SLOW.values(), ids=list(SLOW))
def test_a_slow_pattern_is_not_run_on_a_text_that_is_too_long_for_it(pattern: str) -> None:
    assert find_pattern_error(pattern) is None
    assert matches(pattern, "a" * 2_000) is None
    assert longest_wait(pattern) < PATIENCE


@pytest.mark.parametrize("pattern", BIG_CLASSES.values(), ids=list(BIG_CLASSES))
def test_a_pattern_that_is_slow_to_compile_is_accepted_and_not_compiled(pattern: str) -> None:
    begin = process_time()
    for number in range(10):
        assert find_pattern_error(f"{pattern}{number}") is None
        assert matches(f"{pattern}{number}", "a") is None
    assert process_time() - begin < PATIENCE


@pytest.mark.parametrize(("pattern", "length"), RUN.items(), ids=list(RUN))
def test_a_pattern_that_people_write_is_run(pattern: str, length: int) -> None:
    assert matches(pattern, "~" * length) is False
    assert longest_wait(pattern) < PATIENCE


atoms = st.sampled_from(
    ["a", "b", "aa", "[ab]", "[^c]", ".", "\\w", "\\S", "[a-zé]", "[^\\W\\d]", "(?i:A)", "\\b", "\\B", "(?:)", "^", "$"]
)
repeats = st.sampled_from(["*", "+", "?", "*?", "+?", "{3}", "{2,4}", "{0,9}", "{20}", "{100}", "{50,}", "*+", "{0}"])
groups = st.sampled_from(["(?:%s)", "(%s)", "(?>%s)"])
patterns = st.recursive(
    atoms,
    lambda part: st.one_of(
        st.lists(part, min_size=2, max_size=4).map("".join),
        st.lists(part, min_size=2, max_size=4).map(lambda parts: f"(?:{'|'.join(parts)})"),
        st.tuples(groups, part, repeats).map(lambda drawn: drawn[0] % drawn[1] + drawn[2]),
    ),
    max_leaves=12,
)
beginnings = st.sampled_from(["", "", "^", "(?m)^", "(?i)", "(?s)", "\\A"])
endings = st.sampled_from(["", "[xy]", "x", "(?:x|y)", "$", "\\Z", "\\b[xy]"])


@settings(max_examples=400)
@given(beginnings, patterns, endings)
def test_no_pattern_that_is_run_takes_long(beginning: str, pattern: str, ending: str) -> None:
    whole = f"{beginning}{pattern}{ending}"
    assert find_pattern_error(whole) is not None or longest_wait(whole) < PATIENCE
