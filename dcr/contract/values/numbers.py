"""The set of numbers that a numeric field allows, exactly: range, openness and step as fractions."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping


@dataclass(frozen=True, slots=True)
class NumberSet:
    """Numbers between `low` and `high` (None: unbounded), multiples of `step` (None: every number).

    With a step the bounds are the outermost multiples themselves, so two ways of writing one set are equal.
    """

    low: Fraction | None
    low_open: bool
    high: Fraction | None
    high_open: bool
    step: Fraction | None

    @property
    def is_empty(self) -> bool:
        """Whether no number is allowed."""
        if self.low is None or self.high is None:
            return False
        return self.low > self.high or (self.low == self.high and (self.low_open or self.high_open))

    def contains(self, number: Fraction) -> bool:
        """Whether `number` is allowed."""
        if self.low is not None and (number < self.low or (self.low_open and number == self.low)):
            return False
        if self.high is not None and (number > self.high or (self.high_open and number == self.high)):
            return False
        return self.step is None or number % self.step == 0

    def list_candidates(self, step: Fraction | None = None) -> Iterator[Fraction]:
        """Yield members that show the set's edges and its middle, plainest first.

        When some member is below a bound, above a bound or no multiple of `step`, one that is yielded is:
        the lowest and highest members (or members far out where there is no bound) and two neighbours.
        """
        unit = self.step or (step / 2 if step else Fraction(1))
        wanted = [Fraction(0), unit, -unit]
        if self.step is None:
            wanted += [Fraction(1, 2), Fraction(1, 3)]
        wanted += self._list_edges(unit)
        yield from dict.fromkeys(number for number in wanted if self.contains(number))

    def find_below(self, bound: Fraction, *, or_equal: bool) -> Fraction | None:
        """Return the member nearest to `bound` from below (or at it), or None."""
        wanted = self._list_near(bound, -1, or_equal=or_equal)
        return next((number for number in wanted if self.contains(number)), None)

    def find_above(self, bound: Fraction, *, or_equal: bool) -> Fraction | None:
        """Return the member nearest to `bound` from above (or at it), or None."""
        wanted = self._list_near(bound, 1, or_equal=or_equal)
        return next((number for number in wanted if self.contains(number)), None)

    def find_members(self, limit: int = 64) -> tuple[Fraction, ...] | None:
        """Return every member when there are at most `limit`, else None."""
        if self.low is None or self.high is None or self.is_empty:
            return () if self.is_empty else None
        if self.low == self.high:
            return (self.low,) if self.contains(self.low) else ()
        if self.step is None or (self.high - self.low) / self.step >= limit:
            return None
        count = int((self.high - self.low) / self.step) + 1
        return tuple(self.low + n * self.step for n in range(count))

    def _list_near(self, bound: Fraction, direction: int, *, or_equal: bool) -> list[Fraction]:
        wanted = [bound] if or_equal else []
        far = self.low if direction < 0 else self.high
        if self.step:
            steps = bound / self.step
            whole = (steps.__floor__() if direction < 0 else steps.__ceil__()) * self.step
            if whole == bound and not or_equal:
                whole += direction * self.step
            wanted.append(whole)
        else:
            wanted.append(bound + direction)
            if far is not None:
                wanted += [far, (bound + far) / 2]
        # The set may lie wholly beyond the bound: then its own near edge is the answer.
        near = self.high if direction < 0 else self.low
        if near is not None:
            wanted.append(near)
            if self.step is None:
                wanted += [near + direction] + ([(near + far) / 2] if far is not None else [])
        return [
            each for each in wanted if (each < bound if direction < 0 else each > bound) or (or_equal and each == bound)
        ]

    def _list_edges(self, unit: Fraction) -> list[Fraction]:
        steps = [unit] if self.step else [unit, unit / 2]  # an open bound is no member: two beyond it are needed
        edges: list[Fraction] = []
        if self.low is not None:
            edges += [self.low, *(self.low + each for each in steps)]
        if self.high is not None:
            edges += [self.high, *(self.high - each for each in steps)]
        if self.low is not None and self.high is not None:
            width = self.high - self.low
            edges += [self.low + width / 2, self.low + width / 4, self.low + width / 3]
        return edges


def to_fraction(number: float) -> Fraction:
    """Return the decimal the author wrote, as a fraction: `0.1` is one tenth, not its nearest double."""
    return Fraction(number) if isinstance(number, int) else Fraction(repr(number))


def to_number(number: Fraction) -> int | float:
    """Return a fraction as the JSON number it is written as."""
    if number.denominator == 1:
        return int(number)
    try:
        return float(number)
    except OverflowError:  # beyond what a double holds, the fraction says nothing
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
