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
LEAST_ALIKE = 0.4
"""The part of a changed line that has to be as it was for the rest to be told apart."""


class Row(NamedTuple):
    """A line of an excerpt, and what the other text has in its place; without a number, what is said between lines."""

    number: int
    text: str = ""
    pointed_at: bool = False
    changed: bool = False
    counterpart: str = ""


class Part(NamedTuple):
    """Lines `before` of one text that the other has as lines `after`; both count from 1, the ends are left out."""

    same: bool
    before: range
    after: range


class Compared(NamedTuple):
    """A text beside another one: its lines are `before` in the parts, the other's are `after`."""

    lines: Sequence[str]
    others: Sequence[str] = ()
    parts: tuple[Part, ...] = ()

    def mirrored(self) -> Compared:
        """Return the other text beside this one."""
        return Compared(self.others, self.lines, tuple(Part(same, after, before) for same, before, after in self.parts))


def compare(before: Sequence[str], after: Sequence[str]) -> Compared:
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
    return Compared(before, after, tuple(part for part in parts if part.before or part.after))


def _alike(first: Sequence[str], second: Sequence[str]) -> int:
    """Return how many lines two texts begin with alike."""
    pairs = zip(first, second, strict=False)
    return next((number for number, (one, other) in enumerate(pairs) if one != other), min(len(first), len(second)))


def excerpt(text: Compared, line: int | None, other: int | None, gap: str) -> list[Row]:
    """Return the rows to show of a text; `line` is pointed at in it, `other` in the one it is compared with.

    Where the other place has no counterpart here, its gap is shown, with what `gap` says of it: `{}` is how many lines.
    """
    shown: set[int] = set()
    gaps: dict[int, str] = {}
    part = next((each for each in text.parts if other in each.after), None)
    is_gap = part is not None and not part.same and not part.before
    if line is not None:
        line = min(line, len(text.lines))  # what is missing at the end is pointed at behind the last line
        shown |= set(range(line - 1, line + 2)) if is_gap else _around(line, text)  # the gap says more than the place
    if part is not None and is_gap:
        number = len(part.after)
        gaps[part.before.start] = gap.format(f"{number:,} line{'' if number == 1 else 's'}")
        shown |= set(range(part.before.start - CONTEXT, part.before.start + CONTEXT))
    elif part is not None and other is not None and part.before and (line is None or not part.same):
        offset = min(other - part.after.start, len(part.before) - 1)
        shown |= _around(part.before.start + offset, text)
    numbers = sorted(number for number in shown if 1 <= number <= len(text.lines))
    return list(_rows(text, numbers, line, gaps))


def differing(line: str, counterpart: str) -> range:
    """Return which characters of a line its counterpart has otherwise, as whole words; none where little is alike."""
    head = _alike(line, counterpart)
    tail = min(_alike(line[::-1], counterpart[::-1]), min(len(line), len(counterpart)) - head)
    indent = len(line) - len(line.lstrip())
    if not line or max(head - indent, 0) + tail < LEAST_ALIKE * (len(line) - indent):
        return range(0)
    stop = len(line) - tail
    while head and _is_word(line, head - 1, head):
        head -= 1
    while stop < len(line) and _is_word(line, stop - 1, stop):
        stop += 1
    return range(head, stop)


def _is_word(line: str, *places: int) -> bool:
    return all(0 <= place < len(line) and (line[place].isalnum() or line[place] in "_-.") for place in places)


def _around(line: int, text: Compared) -> set[int]:
    """Return a line, those of its change, and some context."""
    part = next((each for each in text.parts if not each.same and line in each.before), None)
    first, last = line, line
    if part is not None:
        first, last = max(part.before.start, line - MAX_CHANGED // 4), min(part.before.stop - 1, line + MAX_CHANGED)
    return set(range(first - CONTEXT, last + CONTEXT + 1))


def _rows(text: Compared, numbers: list[int], line: int | None, gaps: dict[int, str]) -> Iterator[Row]:
    changed = {number: part for part in text.parts if not part.same for number in part.before}
    before = 0
    for number in numbers:
        if number in gaps:
            yield Row(0, gaps[number])
        elif before and number != before + 1:
            yield Row(0)
        part = changed.get(number)
        offset = number - part.before.start if part else 0
        counterpart = text.others[part.after[offset] - 1] if part and offset < len(part.after) else ""
        yield Row(number, text.lines[number - 1], number == line, part is not None, counterpart)
        before = number
    if before + 1 in gaps:
        yield Row(0, gaps[before + 1])
