"""Which lines of both versions stand beside an issue: those it points at, what changed there, and a few around."""

from __future__ import annotations

from difflib import SequenceMatcher
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

CONTEXT = 3
"""Lines shown before and after one that is pointed at."""
MAX_CHANGED = 12
"""Lines of one change that are shown."""
MAX_COMPARED = 600
"""Lines, once the same beginning and end are left out, that are compared one by one."""


class Row(NamedTuple):
    """A line of an excerpt; one without a number says what stands between two lines."""

    number: int
    text: str = ""
    pointed_at: bool = False
    changed: bool = False


class Part(NamedTuple):
    """Lines `before` of one text that the other has as lines `after`; both count from 1, the ends are left out."""

    same: bool
    before: range
    after: range


Parts = tuple[Part, ...]


def compare(before: Sequence[str], after: Sequence[str]) -> Parts:
    """Return which lines are the same in both texts, and which stand in the place of which."""
    head = _alike(before, after)
    tail = _alike(before[head:][::-1], after[head:][::-1])
    middle_before, middle_after = before[head : len(before) - tail], after[head : len(after) - tail]
    opcodes: Iterable[tuple[str, int, int, int, int]]
    if max(len(middle_before), len(middle_after)) > MAX_COMPARED:
        opcodes = [("replace", 0, len(middle_before), 0, len(middle_after))]
    else:
        opcodes = SequenceMatcher(None, middle_before, middle_after).get_opcodes()
    first = head + 1
    parts = [Part(True, range(1, first), range(1, first))]
    parts += [
        Part(tag == "equal", range(first + i1, first + i2), range(first + j1, first + j2))
        for tag, i1, i2, j1, j2 in opcodes
    ]
    rest = (len(before) - tail + 1, len(after) - tail + 1)
    parts.append(Part(True, range(rest[0], len(before) + 1), range(rest[1], len(after) + 1)))
    return tuple(part for part in parts if part.before or part.after)


def mirrored(parts: Parts) -> Parts:
    """Return the same comparison, seen from the other text."""
    return tuple(Part(part.same, part.after, part.before) for part in parts)


def _alike(first: Sequence[str], second: Sequence[str]) -> int:
    """Return how many lines two texts begin with alike."""
    pairs = zip(first, second, strict=False)
    return next((number for number, (one, other) in enumerate(pairs) if one != other), min(len(first), len(second)))


def excerpt(lines: Sequence[str], line: int | None, other: int | None, parts: Parts, gap: str) -> list[Row]:
    """Return the rows of one text, `before` in `parts`; `line` is pointed at here, `other` in the other text.

    Where the other place has no counterpart here, its gap is shown, with what `gap` says of it: `{}` is how many lines.
    """
    shown: set[int] = set()
    gaps: dict[int, str] = {}
    if line is not None:
        line = min(line, len(lines))  # what is missing at the end is pointed at behind the last line
        shown |= _around(line, parts)
    if other is not None:
        part = next((each for each in parts if other in each.after), None)
        if part is not None and not part.same and not part.before:
            number = len(part.after)
            gaps[part.before.start] = gap.format(f"{number:,} line{'' if number == 1 else 's'}")
            shown |= set(range(part.before.start - CONTEXT, part.before.start + CONTEXT))
        elif part is not None and part.before and (line is None or not part.same):
            offset = min(other - part.after.start, len(part.before) - 1)
            shown |= _around(part.before.start + offset, parts)
    changed = {number for part in parts if not part.same for number in part.before}
    numbers = sorted(number for number in shown if 1 <= number <= len(lines))
    return list(_rows(lines, numbers, line, changed, gaps))


def _around(line: int, parts: Parts) -> set[int]:
    """Return a line, those of its change, and some context."""
    part = next((each for each in parts if not each.same and line in each.before), None)
    first, last = line, line
    if part is not None:
        first, last = max(part.before.start, line - MAX_CHANGED // 4), min(part.before.stop - 1, line + MAX_CHANGED)
    return set(range(first - CONTEXT, last + CONTEXT + 1))


def _rows(
    lines: Sequence[str], numbers: list[int], line: int | None, changed: set[int], gaps: dict[int, str]
) -> Iterator[Row]:
    before = 0
    for number in numbers:
        if number in gaps:
            yield Row(0, gaps[number])
        elif before and number != before + 1:
            yield Row(0)
        yield Row(number, lines[number - 1], number == line, number in changed)
        before = number
    after = before + 1
    if after in gaps:
        yield Row(0, gaps[after])
