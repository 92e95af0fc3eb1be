"""How long a regular expression may take: an upper bound of the steps of Python's backtracking matcher.

A match tries every way to spend a text's characters on the open repeats of a pattern, times every bounded
choice, times where to begin. Each way costs no more than one walk along the pattern. What the count does not
cover (references, assertions, a choice of how often within an open one) counts as endless.
"""

from __future__ import annotations

import math
import re
from functools import reduce
from re import _constants  # type: ignore[attr-defined]
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator

REPEAT_OPS = ("MAX_REPEAT", "MIN_REPEAT", "POSSESSIVE_REPEAT")
MAX_CLASS_CHARACTERS = 500_000
"""Characters in all the ranges of a pattern; some 40 ms to compile."""
_MAX_OPEN_REPEATS = 16  # open repeats in a row: their ways are too many to count up
_MAX_POWER = 64
_SINGLE_CHARACTER_OPS = ("LITERAL", "NOT_LITERAL", "ANY", "IN")
_START_COST = 8.0  # what it costs to begin at one character of the text, in steps of about 5 ns
_GROUP_COST = 12.0  # one round of a repeated group
_CHARACTER_COST = 3.0  # one round of a repeated character


class Cost(NamedTuple):
    """What a part of a pattern costs: bounded choices multiplied up, open repeats in a row, steps along one way."""

    choices: float = 1.0
    open_repeats: int = 0
    path_length: float = 0.0


_UNBOUNDED = Cost(math.inf)


def compute_cost(tree: Any) -> Cost:
    """Return what a whole parse tree costs; where to begin is one more open repeat, unless that is fixed."""
    if not is_quick_to_compile(tree):
        return _UNBOUNDED
    cost = _compute_sequence_cost(tree)
    return cost._replace(
        open_repeats=cost.open_repeats + (not is_anchored_at_start(tree)), path_length=cost.path_length + _START_COST
    )


def estimate_steps(cost: Cost, length: int) -> float:
    """Return how many steps a search in a text of some length may take."""
    if cost.open_repeats > _MAX_OPEN_REPEATS or math.isinf(cost.choices):
        return math.inf
    return (
        cost.choices * math.comb(length + cost.open_repeats, cost.open_repeats) * cost.path_length
        + _START_COST * length
    )


def is_quick_to_compile(tree: Any) -> bool:
    """Whether the classes of a pattern are small enough: `re` writes each of their ranges out, over and over."""
    return _count_class_characters(tree) <= MAX_CLASS_CHARACTERS


def is_anchored_at_start(tree: Any) -> bool:
    """Whether a match can only begin where the text does."""
    anchors = ("AT_BEGINNING_STRING",) if tree.state.flags & re.MULTILINE else ("AT_BEGINNING", "AT_BEGINNING_STRING")
    return len(tree) > 0 and str(tree[0][0]) == "AT" and str(tree[0][1]) in anchors


def list_subtrees(op: str, argument: Any) -> Iterator[Any]:
    """Yield the subtrees of one part of a pattern."""
    if op in REPEAT_OPS:
        yield argument[2]
    elif op == "SUBPATTERN":
        yield argument[3]
    elif op == "BRANCH":
        yield from argument[1]
    elif op in ("ASSERT", "ASSERT_NOT"):
        yield argument[1]
    elif op == "ATOMIC_GROUP":
        yield argument
    elif op == "GROUPREF_EXISTS":
        yield from (each for each in argument[1:] if each is not None)


def _compute_sequence_cost(tree: Any) -> Cost:
    return reduce(_add_costs, (_compute_part_cost(str(op), argument) for op, argument in tree), Cost())


def _add_costs(first: Cost, second: Cost) -> Cost:
    return Cost(
        first.choices * second.choices, first.open_repeats + second.open_repeats, first.path_length + second.path_length
    )


def _compute_part_cost(op: str, argument: Any) -> Cost:
    if op in ("GROUPREF", "GROUPREF_EXISTS", "ASSERT", "ASSERT_NOT"):
        return _UNBOUNDED
    if op == "BRANCH":
        ways, open_repeats, walks = zip(*(_compute_sequence_cost(branch) for branch in argument[1]), strict=True)
        tried = max(ways) if _have_distinct_starts(argument[1]) else sum(ways)
        return Cost(tried, max(open_repeats), len(ways) + max(walks))
    if op in REPEAT_OPS:
        return _compute_repeat_cost(*argument)
    if op == "IN":
        return Cost(path_length=1.0 + len(argument))
    return reduce(_add_costs, map(_compute_sequence_cost, list_subtrees(op, argument)), Cost(path_length=1.0))


def _compute_repeat_cost(low: Any, high: Any, body: Any) -> Cost:
    once = _compute_sequence_cost(body)
    single = len(body) == 1 and str(body[0][0]) in _SINGLE_CHARACTER_OPS
    each_round = once.path_length + (_CHARACTER_COST if single else _GROUP_COST)
    if high is _constants.MAXREPEAT:
        if once.choices > 1 or once.open_repeats or body.getwidth()[0] == 0:
            return _UNBOUNDED
        return Cost(open_repeats=1, path_length=(int(low) + 1) * each_round)
    ways = (int(high) - int(low) + 1) * _compute_bounded_power(once.choices, int(high))
    return Cost(ways, once.open_repeats * int(high), max(int(high), 1) * each_round)


def _compute_bounded_power(ways: float, times: int) -> float:
    return ways**times if times * math.log2(ways) < _MAX_POWER else math.inf


def _have_distinct_starts(branches: list[Any]) -> bool:
    """Whether the first letter says which branch it is: then there is nothing to try."""
    first = {chr(each[0][1]).casefold() for each in branches if len(each) and str(each[0][0]) == "LITERAL"}
    return len(first) == len(branches)


def _count_class_characters(tree: Any) -> int:
    total = 0
    for op, argument in tree:
        if str(op) == "IN":
            ranges = (each for kind, each in argument if str(kind) == "RANGE")
            total += sum(min(high, 0xFFFF) - low for low, high in ranges if low <= 0xFFFF)
        total += sum(map(_count_class_characters, list_subtrees(str(op), argument)))
    return total
