"""Compares the quality rules of two versions of a dataset."""

from __future__ import annotations

import math
import re
from typing import TYPE_CHECKING

from dcr.compatibility.terms.pairs import find_term_pair, match_terms
from dcr.compatibility.wording import shorten

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dcr.compatibility.pairs import ContractPair
    from dcr.contract.terms import QualityRule

_ERROR_METRICS = ("nullValues", "missingValues", "invalidValues", "duplicateValues", "validValues")
"""Metrics that count errors: without a threshold they allow none."""

_SEVERITIES = {"info": 0, "low": 0, "warn": 1, "warning": 1, "medium": 1, "error": 2, "high": 2, "critical": 3}

_Bound = tuple[float, bool]
"""A limit, and whether it is inclusive."""

_Range = tuple[_Bound, _Bound]
_LOWEST, _HIGHEST = (-math.inf, False), (math.inf, False)
_ZERO: _Range = ((0, True), (0, True))

_VALUES, _WHERE = "values", "where"
_FAILURE_THRESHOLDS = ("error_if", "warn_if")
"""Thresholds of a dbt data test: the values it allows, the rows it tests, and how many may fail."""


def match_quality_rules(pair: ContractPair) -> Iterator[tuple[QualityRule, QualityRule | None]]:
    """Yield each previous rule with its match, except those of removed fields.

    Rules match by id, else by equality, else by statement or name and field. A removed rule that is the enum, pattern
    or relationship of its field is left out, because it may be written in another way.
    """
    terms = find_term_pair(pair)
    if terms is None:
        return
    keys = (
        lambda rule: rule.id,
        lambda rule: rule.comparison_key,
        lambda rule: not rule.id and (rule.statement, rule.field, rule.unit),
        lambda rule: not rule.id and (rule.statement, rule.field),
        lambda rule: not rule.id and rule.name and (rule.name, rule.field),
    )
    for before, after in match_terms(terms.previous.quality, terms.proposed.quality, keys):
        is_field_removed = before.field is not None and before.field not in terms.fields
        if after is not None or not (is_field_removed or before.is_field_constraint or before.is_relationship):
            yield before, after


def describe_loosenings(before: QualityRule, after: QualityRule) -> Iterator[str]:
    """Yield in words how a rule became less strict: thresholds and severity."""
    if before.is_field_constraint and after.is_field_constraint:
        pass  # both allow no violation, and their values are compared as those of the field
    elif before.unit != after.unit and (before.thresholds or after.thresholds):
        yield f"changed unit from {_quote(before.unit)} to {_quote(after.unit)}"
    elif _get_limits(before) != _get_limits(after) and not _is_within(_get_ranges(after), _get_ranges(before)):
        yield f"loosened from {_format_thresholds(before)} to {_format_thresholds(after)}"
    allowed, where = _get_threshold_values(after, _VALUES), _get_threshold_values(after, _WHERE)
    if added := [value for value in allowed if value not in _get_threshold_values(before, _VALUES)]:
        yield f"allows more values: {', '.join(map(_quote, added))}"
    if where and where != _get_threshold_values(before, _WHERE):
        yield f"tests only rows {_quote(where[0])}"
    old, new = (_SEVERITIES.get((rule.severity or "").lower()) for rule in (before, after))
    if old is not None and new is not None and new < old:
        yield f"lowered its severity from '{before.severity}' to '{after.severity}'"


def _get_limits(rule: QualityRule) -> list[tuple[str, str]]:
    """Return the thresholds for the measured value, without those that select rows."""
    return [threshold for threshold in rule.thresholds if threshold[0] not in (_VALUES, _WHERE)]


def _get_threshold_values(rule: QualityRule, key: str) -> list[str]:
    return [value for name, value in rule.thresholds if name == key]


def list_changed_keys(before: QualityRule, after: QualityRule) -> list[str]:
    """Return the keys of the statements that differ."""
    old, new = dict(before.statement), dict(after.statement)
    return sorted(key for key in old.keys() | new.keys() if old.get(key) != new.get(key))


def _quote(value: str | None) -> str:
    return "none" if value is None else f"'{value}'"


def _format_thresholds(rule: QualityRule) -> str:
    return ", ".join(f"'{key}: {shorten(value)}'" for key, value in _get_limits(rule)) or "no threshold"


def _get_ranges(rule: QualityRule) -> list[_Range] | None:
    """Return the measured values that a rule allows, as ordered ranges; None if they cannot be ordered."""
    limits = _get_limits(rule)
    if not limits:
        statement = dict(rule.statement)
        metric = statement.get("metric") or statement.get("rule")  # `rule` in v3.0
        return [_ZERO] if metric in _ERROR_METRICS or "test" in statement else None
    ranges: list[_Range] = [(_LOWEST, _HIGHEST)]
    for key, value in limits:
        allowed = (
            _parse_condition(value)
            if key in _FAILURE_THRESHOLDS
            else _parse_operator(
                key, [float(number) for number in re.findall(r"-?[0-9]+(?:\.[0-9]+)?(?:[eE][-+]?[0-9]+)?", value)]
            )
        )
        if allowed is None:
            return None
        ranges = [both for first in ranges for second in allowed if (both := _intersect(first, second))]
    return ranges


def _parse_condition(condition: str) -> list[_Range] | None:
    """Return how many failing rows a dbt condition allows (dbt documentation, "severity, error_if, warn_if")."""
    match = re.fullmatch(r"(>=|<=|!=|<>|>|<|==?)\s*([0-9]+)", condition.strip())
    if match is None:
        return None
    limit = float(match[2])
    return {
        ">": [(_LOWEST, (limit, True))],
        ">=": [(_LOWEST, (limit, False))],
        "<": [((limit, True), _HIGHEST)],
        "<=": [((limit, False), _HIGHEST)],
        "!=": [((limit, True), (limit, True))],
        "<>": [((limit, True), (limit, True))],
    }.get(match[1], [(_LOWEST, (limit, False)), ((limit, False), _HIGHEST)])


def _parse_operator(key: str, limits: list[float]) -> list[_Range] | None:
    """Return the values that an operator allows (ODCS, "Data Quality", operators)."""
    if len(limits) == 2 and key == "mustBeBetween":
        return [((limits[0], True), (limits[1], True))]
    if len(limits) == 2 and key == "mustNotBeBetween":
        return [(_LOWEST, (limits[0], False)), ((limits[1], False), _HIGHEST)]
    if len(limits) != 1:
        return None
    limit = limits[0]
    return {
        "mustBe": [((limit, True), (limit, True))],
        "mustNotBe": [(_LOWEST, (limit, False)), ((limit, False), _HIGHEST)],
        "mustBeGreaterThan": [((limit, False), _HIGHEST)],
        "mustBeGreaterOrEqualTo": [((limit, True), _HIGHEST)],
        "mustBeGreaterThanOrEqualTo": [((limit, True), _HIGHEST)],
        "mustBeLessThan": [(_LOWEST, (limit, False))],
        "mustBeLessOrEqualTo": [(_LOWEST, (limit, True))],
        "mustBeLessThanOrEqualTo": [(_LOWEST, (limit, True))],
    }.get(key)


def _intersect(first: _Range, second: _Range) -> _Range | None:
    low = max(first[0], second[0], key=lambda bound: (bound[0], not bound[1]))
    high = min(first[1], second[1])
    return (low, high) if low[0] < high[0] or (low[0] == high[0] and low[1] and high[1]) else None


def _is_within(inner: list[_Range] | None, outer: list[_Range] | None) -> bool:
    """Return whether the outer ranges contain the inner ones; False if either cannot be ordered."""
    if inner is None or outer is None:
        return False
    return all(
        any(_intersect(inner_range, outer_range) == inner_range for outer_range in outer) for inner_range in inner
    )
