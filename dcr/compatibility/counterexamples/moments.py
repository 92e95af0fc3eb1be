"""Finds dates, times and timestamps that one field accepts and the bounds of another one refuse."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from dcr.compatibility.counterexamples.rows import ABSENT, UNKNOWN
from dcr.contract.values.field_values import find_failed_constraint, is_allowed, is_of_type, is_outside_bound
from dcr.contract.values.moments import DATE, TIME, Moment, compare_moments, format_moment, get_step, parse_moment

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from dcr.contract.contract import Field

_LOWER, _UPPER = ("minimum", "exclusive_minimum"), ("maximum", "exclusive_maximum")


class _Range(NamedTuple):
    """The moments of one kind between two bounds, each with whether it is exclusive; None for no bound."""

    low: tuple[int, bool] | None
    high: tuple[int, bool] | None

    @property
    def is_empty(self) -> bool:
        """Whether the range contains no moment."""
        if self.low is None or self.high is None:
            return False
        return self.low[0] > self.high[0] or (self.low[0] == self.high[0] and (self.low[1] or self.high[1]))

    def exceeds(self, other: _Range) -> bool:
        """Return whether the range contains a moment that is not in another, bounded range."""
        if self.is_empty:
            return False
        below = other.low is not None and (self.low is None or self.low < other.low)
        above = other.high is not None and (
            self.high is None or _get_upper_bound_key(self.high) > _get_upper_bound_key(other.high)
        )
        return below or above


def _get_upper_bound_key(high: tuple[int, bool]) -> tuple[int, bool]:
    return high[0], not high[1]


def find_moment_counterexample(writer: Field, limits: Mapping[str, Any]) -> Any:
    """Return a moment that `writer` accepts and some bounds refuse, or `ABSENT`."""
    if writer.enum is not None:
        return _find_listed_counterexample(writer, limits)
    writer_bounds = {key: writer.constraints[key] for key in (*_LOWER, *_UPPER) if key in writer.constraints}
    moments = {text: parse_moment(text) for text in (*writer_bounds.values(), *limits.values())}
    kinds = {moment.kind if moment else None for moment in moments.values()}
    kind = kinds.pop()
    if kinds or kind is None:
        return _compare_texts(writer_bounds, limits)
    allowed, accepted = (
        _build_range(
            kind,
            {key: moment.ordinal for key, text in bounds.items() if (moment := moments[text])},
            days=writer.type == DATE,
        )
        for bounds in (writer_bounds, limits)
    )
    if not allowed.exceeds(accepted):
        return ABSENT
    texts = (format_moment(Moment(kind, ordinal)) for ordinal in _list_candidates(kind, allowed, accepted))
    accepted_texts = (text for text in texts if text is not None and is_allowed(writer, text))
    return next((text for text in accepted_texts if _is_refused(text, limits)), UNKNOWN)


def _build_range(kind: str, bounds: Mapping[str, int], *, days: bool) -> _Range:
    """Return the range between some bounds; with `days`, only whole days count. Times of day start at midnight."""
    step = get_step(kind) if kind == DATE and days else 0
    lows = [_close_bound((bounds[key], key == _LOWER[1]), step) for key in _LOWER if key in bounds]
    highs = [_close_bound((bounds[key], key == _UPPER[1]), -step) for key in _UPPER if key in bounds]
    lows += [(0, False)] if kind.startswith(TIME) else []
    return _Range(max(lows, default=None), min(highs, key=_get_upper_bound_key, default=None))


def _close_bound(bound: tuple[int, bool], step: int) -> tuple[int, bool]:
    return (bound[0] + step, False) if bound[1] and step else bound


def _list_candidates(kind: str, allowed: _Range, accepted: _Range) -> Iterator[int]:
    """Yield moments near the bounds of both ranges, and between them."""
    step = get_step(kind)
    bounds = (allowed.low, allowed.high, accepted.low, accepted.high)
    edges = [bound[0] for bound in bounds if bound is not None]
    for edge in edges:
        yield from (edge, edge - step, edge + step)
    for edge in edges:
        yield from ((edge + second) // 2 for second in edges)


def _is_refused(text: object, limits: Mapping[str, Any]) -> bool:
    return any(is_outside_bound(text, key, limit) for key, limit in limits.items())


def _find_listed_counterexample(writer: Field, limits: Mapping[str, Any]) -> Any:
    fitting = (value for value in writer.enum or () if is_of_type(value, writer.type))
    values = [value for value in fitting if find_failed_constraint(value, writer.type, writer.constraints) is None]
    refused = next((value for value in values if is_allowed(writer, value) and _is_refused(value, limits)), ABSENT)
    unsure = any(is_outside_bound(value, key, limit) is not False for value in values for key, limit in limits.items())
    return UNKNOWN if refused is ABSENT and unsure else refused


def _compare_texts(writer_bounds: Mapping[str, Any], limits: Mapping[str, Any]) -> Any:
    """Compare bounds that are not moments of one kind by their texts, as far as these can be ordered."""
    for key, bound in limits.items():
        order = compare_moments(writer_bounds[key], bound) if key in writer_bounds else None
        if order is None or order == (-1 if key in _LOWER else 1):
            return UNKNOWN
    return ABSENT
