"""Validates regular expressions, runs them with bounded effort, and generates texts that match them.

Patterns come from untrusted files, and Python's `re` has no time limit: a pattern runs only if its shape rules out
catastrophic backtracking. The parse tree comes from the standard library.
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
"""Steps that a match may need; they take about a tenth of a second."""


@lru_cache(maxsize=4096)
def find_pattern_error(pattern: str) -> str | None:
    """Return why `pattern` is not allowed in a contract, or None."""
    if len(pattern) > MAX_PATTERN_LENGTH:
        return f"has {len(pattern):,} characters, expected at most {MAX_PATTERN_LENGTH:,}"
    if _measure_nesting(pattern) > MAX_NESTING:
        return f"is nested more than {MAX_NESTING} levels deep"
    try:
        tree = _parse_pattern(pattern)
        if _measure_repetition(tree) >= MAX_REPETITION:
            return f"repeats something {MAX_REPETITION:,} times or more"
        if is_quick_to_compile(tree):
            _compile_pattern(pattern)
    except (re.error, OverflowError, RecursionError) as error:
        return f"is not a valid regular expression: {error}"
    return None


def _parse_pattern(pattern: str) -> Any:
    with warnings.catch_warnings(action="ignore"):  # Python's deprecation warnings are of no use to the author
        return _parser.parse(pattern)


def _measure_nesting(pattern: str) -> int:
    """Return an upper bound of the nesting depth of groups, without the recursion of a parser."""
    depth = deepest = 0
    for character in pattern:
        depth += (character == "(") - (character == ")" and depth > 0)
        deepest = max(deepest, depth)
    return deepest


def is_safe_to_run(pattern: str) -> bool:
    """Return whether matching any short text takes few steps."""
    return estimate_steps(_compute_pattern_cost(pattern), 40) <= MAX_STEPS


def matches(pattern: str, text: str) -> bool | None:
    """Return whether `text` contains a match of `pattern`, or None if the search may take too long.

    The search is unanchored, as in JSON Schema.
    """
    if estimate_search_steps(pattern, text) > MAX_STEPS:
        return None
    return _compile_pattern(pattern).search(text) is not None


def estimate_search_steps(pattern: str, text: str) -> float:
    """Return how many steps a search in a text may take; infinity for a pattern that is never run."""
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
    """Return some texts that the pattern matches, shortest first; empty if none could be generated.

    They are shown to people, so none has a line break, a control character or half a surrogate pair. Texts of the
    requested `sizes` are included where repeats can be stretched that far; `variants` is the number of choices to try.
    """
    if not is_safe_to_run(pattern):
        return ()
    texts: dict[str, None] = {}
    for variant in range(variants):
        for repeat in (0, 1, 2, 3, 8) if variant < 3 else (0,):
            text = _ExampleGenerator(repeat, variant).generate(_parse_pattern(pattern))
            texts[text] = None
            for size in sizes if repeat < 2 else ():
                texts[_ExampleGenerator(repeat, variant, size - len(text)).generate(_parse_pattern(pattern))] = None
    valid_texts = (text for text in texts if text.isprintable() and matches(pattern, text))
    return tuple(sorted(valid_texts, key=lambda text: (len(text), text)))


@lru_cache(maxsize=1024)
def get_length_range(pattern: str) -> tuple[int, int | None]:
    """Return the minimum and maximum length of the texts a pattern allows, None for no limit.

    Only a pattern that is anchored at both ends has limits.
    """
    if find_pattern_error(pattern):
        return 0, None
    parsed = _parse_pattern(pattern)
    tree = list(parsed)
    low, high = parsed.getwidth()
    if parsed.state.flags & re.MULTILINE:
        return low, None
    is_strict_end = bool(tree) and str(tree[-1][0]) == "AT" and str(tree[-1][1]) == "AT_END_STRING"
    is_dollar_end = bool(tree) and str(tree[-1][0]) == "AT" and str(tree[-1][1]) == "AT_END"
    if is_anchored_at_start(parsed) and (is_strict_end or is_dollar_end) and high < 10**6:
        return low, high + (1 if is_dollar_end else 0)  # `$` also matches before a final newline
    return low, None


def _measure_repetition(tree: Any) -> int:
    maximum = 1
    for op, argument in tree:
        repetition = max((_measure_repetition(child) for child in list_subtrees(str(op), argument)), default=1)
        if str(op) in REPEAT_OPS:
            low, high = int(argument[0]), argument[1]
            repetition *= max(low, 1 if high is _constants.MAXREPEAT else int(high), 1)
        maximum = max(maximum, repetition)
    return maximum


class _ExampleGenerator:
    """Generates a text from a pattern: open repeats `repeat` times, the first ones extended by `spare` characters."""

    def __init__(self, repeat: int, variant: int, spare: int = 0) -> None:
        self.repeat, self.variant, self.spare = repeat, variant, spare

    def generate(self, tree: Any) -> str:
        """Return a text that the pattern probably matches."""
        return "".join(self._generate_part(str(op), argument) for op, argument in tree)

    def _generate_part(self, op: str, argument: Any) -> str:
        if op == "LITERAL":
            return chr(argument)
        if op in ("ANY", "NOT_LITERAL"):
            return next(character for character in "aA0_-" if op == "ANY" or ord(character) != argument)
        if op == "IN":
            return _choose_character(argument, self.variant)
        if op in REPEAT_OPS:
            return self._generate_repeat(*argument)
        if op == "BRANCH":
            return self.generate(argument[1][self.variant % len(argument[1])])
        return "".join(self.generate(child) for child in list_subtrees(op, argument))

    def _generate_repeat(self, low: int, high: Any, body: Any) -> str:
        maximum = MAX_REPETITION if high is _constants.MAXREPEAT else int(high)
        times = min(max(int(low), self.repeat), maximum)
        width = body.getwidth()[0]
        if self.spare > 0 and width:
            additional = min(maximum - times, self.spare // width)
            times, self.spare = times + additional, self.spare - additional * width
        return self.generate(body) * times if times else ""


_CATEGORY_EXAMPLES = {
    "CATEGORY_DIGIT": "0", "CATEGORY_NOT_DIGIT": "a", "CATEGORY_SPACE": " ", "CATEGORY_NOT_SPACE": "a",
    "CATEGORY_WORD": "a", "CATEGORY_NOT_WORD": "-",
}  # fmt: skip


def _choose_character(choices: Any, variant: int) -> str:
    if str(choices[0][0]) == "NEGATE":
        pattern = _compile_pattern("[^" + "".join(_format_class_part(part) for part in choices[1:]) + "]")
        candidates = [part for part in "aA0_- ~\u00e9\u2603" if pattern.match(part)] or ["a"]
        return candidates[max(variant - 2, 0) % len(candidates)]
    candidates = [character for part in choices for character in _list_characters(part)] or ["a"]
    return candidates[variant % len(candidates)]


def _list_characters(choice: Any) -> list[str]:
    """Return printable characters of one part of a class, letters and digits first if it is a wide range."""
    op, argument = str(choice[0]), choice[1]
    if op == "CATEGORY":
        return [_CATEGORY_EXAMPLES[str(argument)]]
    first, last = argument if op == "RANGE" else (argument, argument)
    last_listed = min(last, first + _MAX_CHARACTERS)
    characters = [character for character in map(chr, range(first, last_listed + 1)) if character.isprintable()]
    if last - first < _WIDE_RANGE:
        return characters
    preferred = [character for character in "aA0bB1" if first <= ord(character) <= last]
    return [*preferred, *(character for character in characters if character not in preferred)]


_WIDE_RANGE, _MAX_CHARACTERS = 26, 200


def _format_class_part(choice: Any) -> str:
    op, argument = str(choice[0]), choice[1]
    if op == "RANGE":
        return f"{re.escape(chr(argument[0]))}-{re.escape(chr(argument[1]))}"
    if op == "CATEGORY":
        letter = str(argument).removeprefix("CATEGORY_").removeprefix("NOT_")[0].lower()
        return "\\" + (letter.upper() if "NOT_" in str(argument) else letter)
    return re.escape(chr(argument))
