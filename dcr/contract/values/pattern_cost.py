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

REPEATS = ("MAX_REPEAT", "MIN_REPEAT", "POSSESSIVE_REPEAT")
MAX_CLASSES = 500_000
"""Characters in all the ranges of a pattern; some 40 ms to compile."""
_MAX_OPEN = 16  # open repeats in a row: their ways are too many to count up
_MAX_POWER = 64
_SINGLE = ("LITERAL", "NOT_LITERAL", "ANY", "IN")
_BEGIN = 8.0  # what it costs to begin at one character of the text, in steps of about 5 ns
_ROUND = 12.0  # one round of a repeated group
_ROUND_OF_ONE = 3.0  # one round of a repeated character


class Cost(NamedTuple):
    """What a part of a pattern costs: bounded choices multiplied up, open repeats in a row, steps along one way."""

    ways: float = 1.0
    open_repeats: int = 0
    walk: float = 0.0


_ENDLESS = Cost(math.inf)


def cost_of(tree: Any) -> Cost:
    """Return what a whole parse tree costs; where to begin is one more open repeat, unless that is fixed."""
    if not is_quick_to_compile(tree):
        return _ENDLESS
    cost = _sequence(tree)
    return cost._replace(open_repeats=cost.open_repeats + (not begins_anchored(tree)), walk=cost.walk + _BEGIN)


def steps(cost: Cost, length: int) -> float:
    """Return how many steps a search in a text of some length may take."""
    if cost.open_repeats > _MAX_OPEN or math.isinf(cost.ways):
        return math.inf
    return cost.ways * math.comb(length + cost.open_repeats, cost.open_repeats) * cost.walk + _BEGIN * length


def is_quick_to_compile(tree: Any) -> bool:
    """Whether the classes of a pattern are small enough: `re` writes each of their ranges out, over and over."""
    return _written_out(tree) <= MAX_CLASSES


def begins_anchored(tree: Any) -> bool:
    """Whether a match can only begin where the text does."""
    anchors = ("AT_BEGINNING_STRING",) if tree.state.flags & re.MULTILINE else ("AT_BEGINNING", "AT_BEGINNING_STRING")
    return len(tree) > 0 and str(tree[0][0]) == "AT" and str(tree[0][1]) in anchors


def children(op: str, argument: Any) -> Iterator[Any]:
    """Yield the subtrees of one part of a pattern."""
    if op in REPEATS:
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


def _sequence(tree: Any) -> Cost:
    return reduce(_then, (_part(str(op), argument) for op, argument in tree), Cost())


def _then(first: Cost, second: Cost) -> Cost:
    return Cost(first.ways * second.ways, first.open_repeats + second.open_repeats, first.walk + second.walk)


def _part(op: str, argument: Any) -> Cost:
    if op in ("GROUPREF", "GROUPREF_EXISTS", "ASSERT", "ASSERT_NOT"):
        return _ENDLESS
    if op == "BRANCH":
        ways, open_repeats, walks = zip(*(_sequence(branch) for branch in argument[1]), strict=True)
        tried = max(ways) if _begin_apart(argument[1]) else sum(ways)
        return Cost(tried, max(open_repeats), len(ways) + max(walks))
    if op in REPEATS:
        return _repeated(*argument)
    if op == "IN":
        return Cost(walk=1.0 + len(argument))
    return reduce(_then, map(_sequence, children(op, argument)), Cost(walk=1.0))


def _repeated(low: Any, high: Any, body: Any) -> Cost:
    once = _sequence(body)
    single = len(body) == 1 and str(body[0][0]) in _SINGLE
    each_round = once.walk + (_ROUND_OF_ONE if single else _ROUND)
    if high is _constants.MAXREPEAT:
        if once.ways > 1 or once.open_repeats or body.getwidth()[0] == 0:
            return _ENDLESS
        return Cost(open_repeats=1, walk=(int(low) + 1) * each_round)
    ways = (int(high) - int(low) + 1) * _power(once.ways, int(high))
    return Cost(ways, once.open_repeats * int(high), max(int(high), 1) * each_round)


def _power(ways: float, times: int) -> float:
    return ways**times if times * math.log2(ways) < _MAX_POWER else math.inf


def _begin_apart(branches: list[Any]) -> bool:
    """Whether the first letter says which branch it is: then there is nothing to try."""
    first = {chr(each[0][1]).casefold() for each in branches if len(each) and str(each[0][0]) == "LITERAL"}
    return len(first) == len(branches)


def _written_out(tree: Any) -> int:
    total = 0
    for op, argument in tree:
        if str(op) == "IN":
            ranges = (each for kind, each in argument if str(kind) == "RANGE")
            total += sum(min(high, 0xFFFF) - low for low, high in ranges if low <= 0xFFFF)
        total += sum(map(_written_out, children(str(op), argument)))
    return total
