"""Parses ranges of versions such as `>=1.0 <3` (source: the ranges of npm's node-semver, without prereleases)."""

from __future__ import annotations

import re
from typing import NamedTuple

Version = tuple[int, int, int]

_NUMBER = "(0|[1-9][0-9]{0,18})"
_PARTIAL_VERSION = rf"{_NUMBER}(?:\.(?:{_NUMBER}|[xX*]))?(?:\.(?:{_NUMBER}|[xX*]))?"
_COMPARATOR = rf"(>=|<=|>|<|==?|\^|~)?\s*(?:{_PARTIAL_VERSION}|([*xX]))"
_MAX_LENGTH = 200


class InvalidRangeError(ValueError):
    """The text is not a range of versions."""


class Interval(NamedTuple):
    """The versions from `lower` on and before `upper`; None if there is no limit."""

    lower: Version | None = None
    upper: Version | None = None

    def contains(self, version: Version) -> bool:
        """Return whether a version is in the interval."""
        return (self.lower is None or version >= self.lower) and (self.upper is None or version < self.upper)


class VersionRange(NamedTuple):
    """A range as it was written, and its alternatives, each a list of intervals that all have to contain a version."""

    text: str
    alternatives: tuple[tuple[Interval, ...], ...]

    def contains(self, version: str) -> bool:
        """Return whether a version is in the range. A version that cannot be ordered is."""
        match = re.fullmatch(rf"{_NUMBER}\.{_NUMBER}\.{_NUMBER}", version)
        if match is None:
            return True
        numbers = (int(match[1]), int(match[2]), int(match[3]))
        return any(all(interval.contains(numbers) for interval in intervals) for intervals in self.alternatives)


def parse_version_range(text: str) -> VersionRange:
    """Return the range of a text such as `>=1.0 <3`, `^1.2`, `~1.2`, `1.x` or `1 || 3`.

    Spaces and commas between comparators mean that all of them apply. Raise `InvalidRangeError`.
    """
    if len(text) > _MAX_LENGTH:
        raise InvalidRangeError(text[:_MAX_LENGTH])
    return VersionRange(text, tuple(_parse_alternative(part) for part in text.split("||")))


def _parse_alternative(text: str) -> tuple[Interval, ...]:
    remaining = text.strip()
    intervals: list[Interval] = []
    while remaining or not intervals:
        match = re.match(rf"{_COMPARATOR}(?:\s*,\s*(?=\S)|\s+|$)", remaining)
        if match is None:
            raise InvalidRangeError(text)
        intervals.append(_build_interval(match))
        remaining = remaining[match.end() :]
    return tuple(intervals)


def _build_interval(match: re.Match[str]) -> Interval:
    operator, *parts, wildcard = match.groups()
    if wildcard:
        if operator in (">", "<"):  # no version is greater or less than all of them
            raise InvalidRangeError(match[0])
        return Interval()
    numbers = [int(part) for part in parts if part is not None]
    if parts[1] is None and parts[2] is not None:  # `1.x.3`
        raise InvalidRangeError(match[0])
    first = _fill(numbers)
    after = _get_next(numbers)  # the first version after those that a partial version stands for
    significant = next((index for index, number in enumerate(numbers) if number), len(numbers) - 1)
    intervals = {
        ">=": Interval(first),
        ">": Interval(after),
        "<": Interval(None, first),
        "<=": Interval(None, after),
        "^": Interval(first, _get_next(numbers[: significant + 1])),
        "~": Interval(first, _get_next(numbers[:2])),
    }
    return intervals.get(operator, Interval(first, after))


def _fill(numbers: list[int]) -> Version:
    major, minor, patch = (*numbers, 0, 0, 0)[:3]
    return major, minor, patch


def _get_next(numbers: list[int]) -> Version:
    return _fill([*numbers[:-1], numbers[-1] + 1])
