"""Selects the lines of both versions to show for an issue: its location, the change there and some context."""

from __future__ import annotations

from difflib import SequenceMatcher
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

CONTEXT = 3
"""Lines shown before and after a location."""
MAX_CHANGED = 12
"""Lines of one change that are shown."""
MAX_COMPARED = 600
"""Lines, without the common beginning and end, that are compared one by one."""
MIN_SIMILARITY = 0.4
"""The part of a changed line that has to be unchanged for its changed words to be marked."""


class Row(NamedTuple):
    """A line of an excerpt with its counterpart in the other text. Number 0 stands for lines left out."""

    number: int
    text: str = ""
    is_target: bool = False
    is_changed: bool = False
    counterpart: str = ""


class Block(NamedTuple):
    """Lines `before` of one text that correspond to lines `after` of the other; line numbers start at 1."""

    is_equal: bool
    before: range
    after: range


class Comparison(NamedTuple):
    """A text compared with another one: its lines are `before` in the blocks, the other's are `after`."""

    lines: Sequence[str]
    other_lines: Sequence[str] = ()
    blocks: tuple[Block, ...] = ()

    def reversed(self) -> Comparison:
        """Return the comparison of the other text with this one."""
        blocks = tuple(Block(is_equal, after, before) for is_equal, before, after in self.blocks)
        return Comparison(self.other_lines, self.lines, blocks)


def compare(before: Sequence[str], after: Sequence[str]) -> Comparison:
    """Return the blocks of equal and of changed lines of two texts."""
    head = _common_prefix(before, after)
    tail = _common_prefix(before[head:][::-1], after[head:][::-1])
    middle_before, middle_after = before[head : len(before) - tail], after[head : len(after) - tail]
    opcodes: Iterable[tuple[str, int, int, int, int]]
    if max(len(middle_before), len(middle_after)) > MAX_COMPARED:
        opcodes = [("replace", 0, len(middle_before), 0, len(middle_after))]
    else:
        opcodes = SequenceMatcher(None, middle_before, middle_after).get_opcodes()
    first = head + 1
    blocks = [Block(True, range(1, first), range(1, first))]
    blocks += [
        Block(tag == "equal", range(first + i1, first + i2), range(first + j1, first + j2))
        for tag, i1, i2, j1, j2 in opcodes
    ]
    tail_before, tail_after = len(before) - tail + 1, len(after) - tail + 1
    blocks.append(Block(True, range(tail_before, len(before) + 1), range(tail_after, len(after) + 1)))
    return Comparison(before, after, tuple(block for block in blocks if block.before or block.after))


def _common_prefix(first: Sequence[str], second: Sequence[str]) -> int:
    """Return the length of the common prefix of two sequences."""
    pairs = zip(first, second, strict=False)
    return next((number for number, (one, other) in enumerate(pairs) if one != other), min(len(first), len(second)))


def excerpt(comparison: Comparison, line: int | None, other_line: int | None, gap: str) -> list[Row]:
    """Return the rows to show of a text. `line` is the location in it, `other_line` the one in the other text.

    Lines of the other text that have no counterpart here are shown as a gap; `{}` in `gap` is their number.
    """
    shown: set[int] = set()
    gaps: dict[int, str] = {}
    block = next((block for block in comparison.blocks if other_line in block.after), None)
    is_gap = block is not None and not block.is_equal and not block.before
    if line is not None:
        line = min(line, len(comparison.lines))  # a key missing at the end is located behind the last line
        shown |= set(range(line - 1, line + 2)) if is_gap else _context_of(line, comparison)
    if block is not None and is_gap:
        number = len(block.after)
        gaps[block.before.start] = gap.format(f"{number:,} line{'' if number == 1 else 's'}")
        shown |= set(range(block.before.start - CONTEXT, block.before.start + CONTEXT))
    elif block is not None and other_line is not None and block.before and (line is None or not block.is_equal):
        offset = min(other_line - block.after.start, len(block.before) - 1)
        shown |= _context_of(block.before.start + offset, comparison)
    numbers = sorted(number for number in shown if 1 <= number <= len(comparison.lines))
    return list(_rows(comparison, numbers, line, gaps))


def find_changed_characters(line: str, counterpart: str) -> range:
    """Return the characters of a line that its counterpart lacks, as whole words; none if the lines differ a lot."""
    head = _common_prefix(line, counterpart)
    tail = min(_common_prefix(line[::-1], counterpart[::-1]), min(len(line), len(counterpart)) - head)
    indent = len(line) - len(line.lstrip())
    if not line or max(head - indent, 0) + tail < MIN_SIMILARITY * (len(line) - indent):
        return range(0)
    stop = len(line) - tail
    while head and _is_word(line, head - 1, head):
        head -= 1
    while stop < len(line) and _is_word(line, stop - 1, stop):
        stop += 1
    return range(head, stop)


def _is_word(line: str, *indexes: int) -> bool:
    return all(0 <= at < len(line) and (line[at].isalnum() or line[at] in "_-.") for at in indexes)


def _context_of(line: int, comparison: Comparison) -> set[int]:
    """Return the numbers of a line, of the lines changed with it, and of the lines around them."""
    block = next((block for block in comparison.blocks if not block.is_equal and line in block.before), None)
    first, last = line, line
    if block is not None:
        first, last = max(block.before.start, line - MAX_CHANGED // 4), min(block.before.stop - 1, line + MAX_CHANGED)
    return set(range(first - CONTEXT, last + CONTEXT + 1))


def _rows(comparison: Comparison, numbers: list[int], line: int | None, gaps: dict[int, str]) -> Iterator[Row]:
    changed = {number: block for block in comparison.blocks if not block.is_equal for number in block.before}
    last = 0
    for number in numbers:
        if number in gaps:
            yield Row(0, gaps[number])
        elif last and number != last + 1:
            yield Row(0)
        block = changed.get(number)
        offset = number - block.before.start if block else 0
        has_counterpart = block is not None and offset < len(block.after)
        counterpart = comparison.other_lines[block.after[offset] - 1] if block and has_counterpart else ""
        yield Row(number, comparison.lines[number - 1], number == line, block is not None, counterpart)
        last = number
    if last + 1 in gaps:
        yield Row(0, gaps[last + 1])
