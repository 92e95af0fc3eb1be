"""Dates, times and timestamps that one field accepts and another one's bounds refuse."""

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
    """The moments of one kind between two bounds, each with whether it is itself out; None for no bound."""

    low: tuple[int, bool] | None
    high: tuple[int, bool] | None

    @property
    def is_empty(self) -> bool:
        """Whether no moment is in it."""
        if self.low is None or self.high is None:
            return False
        return self.low[0] > self.high[0] or (self.low[0] == self.high[0] and (self.low[1] or self.high[1]))

    def exceeds(self, other: _Range) -> bool:
        """Whether it holds a moment that is not in another range, which is bounded on one side or on both."""
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
    """Return a moment that `writer` accepts and some bounds refuse; `ABSENT` when there is none."""
    if writer.enum is not None:
        return _find_listed_counterexample(writer, limits)
    own = {key: writer.constraints[key] for key in (*_LOWER, *_UPPER) if key in writer.constraints}
    moments = {text: parse_moment(text) for text in (*own.values(), *limits.values())}
    kinds = {each.kind if each else None for each in moments.values()}
    kind = kinds.pop()
    if kinds or kind is None:
        return _compare_texts(own, limits)
    allowed, accepted = (
        _build_range(
            kind, {key: each.ordinal for key, text in side.items() if (each := moments[text])}, days=writer.type == DATE
        )
        for side in (own, limits)
    )
    if not allowed.exceeds(accepted):
        return ABSENT
    texts = (format_moment(Moment(kind, at)) for at in _list_candidates(kind, allowed, accepted))
    shown = (text for text in texts if text is not None and is_allowed(writer, text))
    return next((text for text in shown if _is_refused(text, limits)), UNKNOWN)


def _build_range(kind: str, bounds: Mapping[str, int], *, days: bool) -> _Range:
    """Return what some bounds leave; `days` have no moment between them, and no time of day is before midnight."""
    step = get_step(kind) if kind == DATE and days else 0
    lows = [_close_bound((bounds[key], key == _LOWER[1]), step) for key in _LOWER if key in bounds]
    highs = [_close_bound((bounds[key], key == _UPPER[1]), -step) for key in _UPPER if key in bounds]
    lows += [(0, False)] if kind.startswith(TIME) else []
    return _Range(max(lows, default=None), min(highs, key=_get_upper_bound_key, default=None))


def _close_bound(bound: tuple[int, bool], step: int) -> tuple[int, bool]:
    return (bound[0] + step, False) if bound[1] and step else bound


def _list_candidates(kind: str, allowed: _Range, accepted: _Range) -> Iterator[int]:
    """Yield moments near the edges of what is allowed and accepted, and between them."""
    step = get_step(kind)
    bounds = (allowed.low, allowed.high, accepted.low, accepted.high)
    edges = [bound[0] for bound in bounds if bound is not None]
    for edge in edges:
        yield from (edge, edge - step, edge + step)
    for edge in edges:
        yield from ((edge + other) // 2 for other in edges)


def _is_refused(text: object, limits: Mapping[str, Any]) -> bool:
    return any(is_outside_bound(text, key, limit) for key, limit in limits.items())


def _find_listed_counterexample(writer: Field, limits: Mapping[str, Any]) -> Any:
    fitting = (each for each in writer.enum or () if is_of_type(each, writer.type))
    values = [each for each in fitting if find_failed_constraint(each, writer.type, writer.constraints) is None]
    refused = next((each for each in values if is_allowed(writer, each) and _is_refused(each, limits)), ABSENT)
    unsure = any(is_outside_bound(each, key, limit) is not False for each in values for key, limit in limits.items())
    return UNKNOWN if refused is ABSENT and unsure else refused


def _compare_texts(own: Mapping[str, Any], limits: Mapping[str, Any]) -> Any:
    """Compare bounds that are no moments of one kind key by key, as far as their texts are in an order at all."""
    for key, bound in limits.items():
        found = compare_moments(own[key], bound) if key in own else None
        if found is None or found == (-1 if key in _LOWER else 1):
            return UNKNOWN
    return ABSENT
