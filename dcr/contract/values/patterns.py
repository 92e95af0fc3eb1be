"""Regular expressions as data: whether one can be read, run safely, and which texts it matches.

Patterns come from files that strangers wrote, and Python's `re` has no time limit, so a pattern is only
run where its shape rules out catastrophic backtracking. The parse tree is the standard library's own.
"""

from __future__ import annotations

import math
import re
import warnings
from functools import lru_cache
from re import _constants, _parser  # type: ignore[attr-defined]
from typing import Any

from dcr.contract.values.pattern_cost import (
    REPEAT_OPS,
    Cost,
    compute_cost,
    estimate_steps,
    is_anchored_at_start,
    is_quick_to_compile,
    list_subtrees,
)

MAX_PATTERN_LENGTH = 1_000
MAX_REPETITION = 10_000
MAX_NESTING = 50
MAX_STEPS = 20_000_000
"""Steps that a match may need; about a tenth of a second."""


@lru_cache(maxsize=4096)
def find_pattern_error(pattern: str) -> str | None:
    """Return why `pattern` is not accepted in a contract, or None."""
    if len(pattern) > MAX_PATTERN_LENGTH:
        return f"has {len(pattern):,} characters; at most {MAX_PATTERN_LENGTH:,} are read"
    if _measure_nesting(pattern) > MAX_NESTING:
        return f"is nested more than {MAX_NESTING} levels deep"
    try:
        tree = _parse_pattern(pattern)
        if _measure_repetition(tree) >= MAX_REPETITION:
            return f"repeats something {MAX_REPETITION:,} times or more"
        if is_quick_to_compile(tree):
            _compile_pattern(pattern)
    except (re.error, OverflowError, RecursionError) as error:
        return f"is not a regular expression: {error}"
    return None


def _parse_pattern(pattern: str) -> Any:
    with warnings.catch_warnings(action="ignore"):  # Python's notes on its own future are not the author's business
        return _parser.parse(pattern)


def _measure_nesting(pattern: str) -> int:
    """An upper bound of how deep groups are nested, without a parser's recursion."""
    depth = deepest = 0
    for character in pattern:
        depth += (character == "(") - (character == ")" and depth > 0)
        deepest = max(deepest, depth)
    return deepest


def is_safe_to_run(pattern: str) -> bool:
    """Whether matching a short text takes few steps, whatever the text is."""
    return estimate_steps(_compute_pattern_cost(pattern), 40) <= MAX_STEPS


def matches(pattern: str, text: str) -> bool | None:
    """Whether `pattern` is found in `text` (JSON Schema's unanchored search); None if that might take too long."""
    if estimate_search_steps(pattern, text) > MAX_STEPS:
        return None
    return _compile_pattern(pattern).search(text) is not None


def estimate_search_steps(pattern: str, text: str) -> float:
    """Return how many steps it may take to search a text; endless for a pattern that is not run."""
    return estimate_steps(_compute_pattern_cost(pattern), len(text))


@lru_cache(maxsize=1024)
def _compile_pattern(pattern: str) -> re.Pattern[str]:
    with warnings.catch_warnings(action="ignore"):
        return re.compile(pattern)


@lru_cache(maxsize=4096)
def _compute_pattern_cost(pattern: str) -> Cost:
    return Cost(math.inf) if find_pattern_error(pattern) else compute_cost(_parse_pattern(pattern))


@lru_cache(maxsize=1024)
def generate_examples(pattern: str, sizes: tuple[int, ...] = (), variants: int = 3) -> tuple[str, ...]:
    """Return some texts that the pattern matches, shortest first; empty when none could be made.

    They are for people to believe: none has a line break, a control character or half a surrogate pair in it.
    Texts of the wanted `sizes` are among them where repeats can be stretched that far, and more of them where
    more `variants` of its choices are asked for.
    """
    if not is_safe_to_run(pattern):
        return ()
    found: dict[str, None] = {}
    for variant in range(variants):
        for repeat in (0, 1, 2, 3, 8) if variant < 3 else (0,):
            text = _ExampleGenerator(repeat, variant).generate(_parse_pattern(pattern))
            found[text] = None
            for size in sizes if repeat < 2 else ():
                found[_ExampleGenerator(repeat, variant, size - len(text)).generate(_parse_pattern(pattern))] = None
    shown = (text for text in found if text.isprintable() and matches(pattern, text))
    return tuple(sorted(shown, key=lambda text: (len(text), text)))


@lru_cache(maxsize=1024)
def get_length_range(pattern: str) -> tuple[int, int | None]:
    """Return the shortest and longest text a pattern allows, None for no limit.

    Only a pattern anchored at both ends limits anything.
    """
    if find_pattern_error(pattern):
        return 0, None
    parsed = _parse_pattern(pattern)
    tree = list(parsed)
    low, high = parsed.getwidth()
    if parsed.state.flags & re.MULTILINE:
        return low, None
    ends = bool(tree) and str(tree[-1][0]) == "AT" and str(tree[-1][1]) == "AT_END_STRING"
    dollar = bool(tree) and str(tree[-1][0]) == "AT" and str(tree[-1][1]) == "AT_END"
    if is_anchored_at_start(parsed) and (ends or dollar) and high < 10**6:
        return low, high + (1 if dollar else 0)  # `$` also matches before a final newline
    return low, None


def _measure_repetition(tree: Any) -> int:
    most = 1
    for op, argument in tree:
        inner = max((_measure_repetition(child) for child in list_subtrees(str(op), argument)), default=1)
        if str(op) in REPEAT_OPS:
            low, high = int(argument[0]), argument[1]
            inner *= max(low, 1 if high is _constants.MAXREPEAT else int(high), 1)
        most = max(most, inner)
    return most


class _ExampleGenerator:
    """Spells a pattern out: open repeats `repeat` times, and the first ones longer, by `spare` characters in all."""

    def __init__(self, repeat: int, variant: int, spare: int = 0) -> None:
        self.repeat, self.variant, self.spare = repeat, variant, spare

    def generate(self, tree: Any) -> str:
        """Return a text that the pattern probably matches."""
        return "".join(self._generate_part(str(op), argument) for op, argument in tree)

    def _generate_part(self, op: str, argument: Any) -> str:
        if op == "LITERAL":
            return chr(argument)
        if op in ("ANY", "NOT_LITERAL"):
            return next(each for each in "aA0_-" if op == "ANY" or ord(each) != argument)
        if op == "IN":
            return _choose_character(argument, self.variant)
        if op in REPEAT_OPS:
            return self._generate_repeat(*argument)
        if op == "BRANCH":
            return self.generate(argument[1][self.variant % len(argument[1])])
        return "".join(self.generate(child) for child in list_subtrees(op, argument))

    def _generate_repeat(self, low: int, high: Any, body: Any) -> str:
        most = MAX_REPETITION if high is _constants.MAXREPEAT else int(high)
        times = min(max(int(low), self.repeat), most)
        width = body.getwidth()[0]
        if self.spare > 0 and width:
            more = min(most - times, self.spare // width)
            times, self.spare = times + more, self.spare - more * width
        return self.generate(body) * times if times else ""


_CATEGORY_EXAMPLES = {
    "CATEGORY_DIGIT": "0", "CATEGORY_NOT_DIGIT": "a", "CATEGORY_SPACE": " ", "CATEGORY_NOT_SPACE": "a",
    "CATEGORY_WORD": "a", "CATEGORY_NOT_WORD": "-",
}  # fmt: skip


def _choose_character(choices: Any, variant: int) -> str:
    if str(choices[0][0]) == "NEGATE":
        tried = _compile_pattern("[^" + "".join(_format_class_part(each) for each in choices[1:]) + "]")
        found = [each for each in "aA0_- ~\u00e9\u2603" if tried.match(each)] or ["a"]
        return found[max(variant - 2, 0) % len(found)]
    found = [character for each in choices for character in _list_characters(each)] or ["a"]
    return found[variant % len(found)]


def _list_characters(choice: Any) -> list[str]:
    """Return printable characters of one part of a class, letters and digits first where it is a wide range."""
    op, argument = str(choice[0]), choice[1]
    if op == "CATEGORY":
        return [_CATEGORY_EXAMPLES[str(argument)]]
    first, last = argument if op == "RANGE" else (argument, argument)
    found = [each for each in map(chr, range(first, min(last, first + _MOST_MEMBERS) + 1)) if each.isprintable()]
    plain = [each for each in "aA0bB1" if first <= ord(each) <= last]
    return [*plain, *(each for each in found if each not in plain)] if last - first >= _WIDE else found


_WIDE, _MOST_MEMBERS = 26, 200


def _format_class_part(choice: Any) -> str:
    op, argument = str(choice[0]), choice[1]
    if op == "RANGE":
        return f"{re.escape(chr(argument[0]))}-{re.escape(chr(argument[1]))}"
    if op == "CATEGORY":
        letter = str(argument).removeprefix("CATEGORY_").removeprefix("NOT_")[0].lower()
        return "\\" + (letter.upper() if "NOT_" in str(argument) else letter)
    return re.escape(chr(argument))
