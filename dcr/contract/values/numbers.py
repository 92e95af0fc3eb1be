"""Computes the exact set of numbers that a numeric field allows: bounds, openness and step, as fractions."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping


@dataclass(frozen=True, slots=True)
class NumberSet:
    """The numbers between `low` and `high` (None: unbounded) that are multiples of `step` (None: every number).

    With a step, the bounds are the outermost multiples themselves, so that equal sets compare equal.
    """

    low: Fraction | None
    low_open: bool
    high: Fraction | None
    high_open: bool
    step: Fraction | None

    @property
    def is_empty(self) -> bool:
        """Whether the set has no member."""
        if self.low is None or self.high is None:
            return False
        return self.low > self.high or (self.low == self.high and (self.low_open or self.high_open))

    def contains(self, number: Fraction) -> bool:
        """Return whether `number` is in the set."""
        if self.low is not None and (number < self.low or (self.low_open and number == self.low)):
            return False
        if self.high is not None and (number > self.high or (self.high_open and number == self.high)):
            return False
        return self.step is None or number % self.step == 0

    def list_candidates(self, step: Fraction | None = None) -> Iterator[Fraction]:
        """Yield members at the edges and in the middle of the set, simplest first.

        If some member is below a bound, above a bound or no multiple of `step`, one that is yielded is too: the lowest
        and highest members (or distant members where there is no bound) and two neighbours.
        """
        unit = self.step or (step / 2 if step else Fraction(1))
        candidates = [Fraction(0), unit, -unit]
        if self.step is None:
            candidates += [Fraction(1, 2), Fraction(1, 3)]
        candidates += self._list_edges(unit)
        yield from dict.fromkeys(number for number in candidates if self.contains(number))

    def find_below(self, bound: Fraction, *, or_equal: bool) -> Fraction | None:
        """Return the member that is nearest to `bound` from below (or equal to it), or None."""
        candidates = self._list_near(bound, -1, or_equal=or_equal)
        return next((number for number in candidates if self.contains(number)), None)

    def find_above(self, bound: Fraction, *, or_equal: bool) -> Fraction | None:
        """Return the member that is nearest to `bound` from above (or equal to it), or None."""
        candidates = self._list_near(bound, 1, or_equal=or_equal)
        return next((number for number in candidates if self.contains(number)), None)

    def find_members(self, limit: int = 64) -> tuple[Fraction, ...] | None:
        """Return every member if there are at most `limit`, else None."""
        if self.low is None or self.high is None or self.is_empty:
            return () if self.is_empty else None
        if self.low == self.high:
            return (self.low,) if self.contains(self.low) else ()
        if self.step is None or (self.high - self.low) / self.step >= limit:
            return None
        count = int((self.high - self.low) / self.step) + 1
        return tuple(self.low + n * self.step for n in range(count))

    def _list_near(self, bound: Fraction, direction: int, *, or_equal: bool) -> list[Fraction]:
        candidates = [bound] if or_equal else []
        far_edge = self.low if direction < 0 else self.high
        if self.step:
            steps = bound / self.step
            multiple = (steps.__floor__() if direction < 0 else steps.__ceil__()) * self.step
            if multiple == bound and not or_equal:
                multiple += direction * self.step
            candidates.append(multiple)
        else:
            candidates.append(bound + direction)
            if far_edge is not None:
                candidates += [far_edge, (bound + far_edge) / 2]
        # If the whole set is beyond the bound, its nearest edge is the result.
        near_edge = self.high if direction < 0 else self.low
        if near_edge is not None:
            candidates.append(near_edge)
            if self.step is None:
                candidates += [near_edge + direction] + ([(near_edge + far_edge) / 2] if far_edge is not None else [])
        return [
            candidate
            for candidate in candidates
            if (candidate < bound if direction < 0 else candidate > bound) or (or_equal and candidate == bound)
        ]

    def _list_edges(self, unit: Fraction) -> list[Fraction]:
        steps = [unit] if self.step else [unit, unit / 2]  # an open bound is not a member: two beyond it are needed
        edges: list[Fraction] = []
        if self.low is not None:
            edges += [self.low, *(self.low + step for step in steps)]
        if self.high is not None:
            edges += [self.high, *(self.high - step for step in steps)]
        if self.low is not None and self.high is not None:
            width = self.high - self.low
            edges += [self.low + width / 2, self.low + width / 4, self.low + width / 3]
        return edges


def to_fraction(number: float) -> Fraction:
    """Return the decimal number that the author wrote as a fraction: `0.1` is one tenth, not its nearest double."""
    return Fraction(number) if isinstance(number, int) else Fraction(repr(number))


def to_number(number: Fraction) -> int | float:
    """Return a fraction as a JSON number."""
    if number.denominator == 1:
        return int(number)
    try:
        return float(number)
    except OverflowError:  # beyond the range of a double, the fractional part is irrelevant
        return int(number)


def build_number_set(type_name: str, constraints: Mapping[str, Any]) -> NumberSet:
    """Return the numbers that a field of type `integer` or `number` allows under its constraints."""
    low, low_open = _find_bound(constraints, "minimum", "exclusive_minimum", lower=True)
    high, high_open = _find_bound(constraints, "maximum", "exclusive_maximum", lower=False)
    step = to_fraction(constraints["multiple_of"]) if "multiple_of" in constraints else None
    if type_name == "integer":
        step = Fraction(step.numerator) if step else Fraction(1)
    if step is None:
        return NumberSet(low, low_open, high, high_open, None)
    if low is not None:
        first = -((-low) // step) * step
        low = first + step if low_open and first == low else first
    if high is not None:
        last = (high // step) * step
        high = last - step if high_open and last == high else last
    return NumberSet(low, False, high, False, step)


def _find_bound(
    constraints: Mapping[str, Any], closed: str, open_: str, *, lower: bool
) -> tuple[Fraction | None, bool]:
    bounds = [(to_fraction(constraints[key]), key == open_) for key in (closed, open_) if key in constraints]
    if not bounds:
        return None, False
    return max(bounds) if lower else min(bounds, key=lambda bound: (bound[0], not bound[1]))
