"""Computes an upper bound of the steps that Python's backtracking matcher needs for a regular expression.

A match tries every way to distribute the characters of a text over the open repeats of a pattern, times every bounded
choice, times every start position. Each way costs at most one walk along the pattern. Constructs that the count does
not cover (references, assertions, a choice of repetitions within an open repeat) count as unbounded.
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
"""Characters in all the ranges of a pattern together; they take about 40 ms to compile."""
_MAX_OPEN_REPEATS = 16  # more open repeats in a row have too many combinations to compute
_MAX_POWER = 64
_SINGLE_CHARACTER_OPS = ("LITERAL", "NOT_LITERAL", "ANY", "IN")
_START_COST = 8.0  # of starting at one character of the text, in steps of about 5 ns
_GROUP_COST = 12.0  # of one repetition of a group
_CHARACTER_COST = 3.0  # of one repetition of a character


class Cost(NamedTuple):
    """The cost of a part of a pattern: bounded choices, consecutive open repeats, and the steps along one path."""

    choices: float = 1.0
    open_repeats: int = 0
    path_length: float = 0.0


_UNBOUNDED = Cost(math.inf)


def compute_cost(tree: Any) -> Cost:
    """Return the cost of a whole parse tree; an unanchored start counts as one more open repeat."""
    if not is_quick_to_compile(tree):
        return _UNBOUNDED
    cost = _compute_sequence_cost(tree)
    return cost._replace(
        open_repeats=cost.open_repeats + (not is_anchored_at_start(tree)), path_length=cost.path_length + _START_COST
    )


def estimate_steps(cost: Cost, length: int) -> float:
    """Return an upper bound of the steps that a search in a text of `length` characters needs."""
    if cost.open_repeats > _MAX_OPEN_REPEATS or math.isinf(cost.choices):
        return math.inf
    return (
        cost.choices * math.comb(length + cost.open_repeats, cost.open_repeats) * cost.path_length
        + _START_COST * length
    )


def is_quick_to_compile(tree: Any) -> bool:
    """Return whether the character classes of a pattern are small enough: `re` expands each of their ranges."""
    return _count_class_characters(tree) <= MAX_CLASS_CHARACTERS


def is_anchored_at_start(tree: Any) -> bool:
    """Return whether a match can start only where the text does."""
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
        yield from (subtree for subtree in argument[1:] if subtree is not None)


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
        choices = max(ways) if _have_distinct_starts(argument[1]) else sum(ways)
        return Cost(choices, max(open_repeats), len(ways) + max(walks))
    if op in REPEAT_OPS:
        return _compute_repeat_cost(*argument)
    if op == "IN":
        return Cost(path_length=1.0 + len(argument))
    return reduce(_add_costs, map(_compute_sequence_cost, list_subtrees(op, argument)), Cost(path_length=1.0))


def _compute_repeat_cost(low: Any, high: Any, body: Any) -> Cost:
    body_cost = _compute_sequence_cost(body)
    single = len(body) == 1 and str(body[0][0]) in _SINGLE_CHARACTER_OPS
    round_cost = body_cost.path_length + (_CHARACTER_COST if single else _GROUP_COST)
    if high is _constants.MAXREPEAT:
        if body_cost.choices > 1 or body_cost.open_repeats or body.getwidth()[0] == 0:
            return _UNBOUNDED
        return Cost(open_repeats=1, path_length=(int(low) + 1) * round_cost)
    ways = (int(high) - int(low) + 1) * _compute_bounded_power(body_cost.choices, int(high))
    return Cost(ways, body_cost.open_repeats * int(high), max(int(high), 1) * round_cost)


def _compute_bounded_power(ways: float, times: int) -> float:
    return ways**times if times * math.log2(ways) < _MAX_POWER else math.inf


def _have_distinct_starts(branches: list[Any]) -> bool:
    """Return whether the first letter determines the branch: then only one branch is tried."""
    first = {chr(branch[0][1]).casefold() for branch in branches if len(branch) and str(branch[0][0]) == "LITERAL"}
    return len(first) == len(branches)


def _count_class_characters(tree: Any) -> int:
    total = 0
    for op, argument in tree:
        if str(op) == "IN":
            ranges = (bounds for kind, bounds in argument if str(kind) == "RANGE")
            total += sum(min(high, 0xFFFF) - low for low, high in ranges if low <= 0xFFFF)
        total += sum(map(_count_class_characters, list_subtrees(str(op), argument)))
    return total
