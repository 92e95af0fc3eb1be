"""Compares the quality rules of two versions of a dataset: which are gone, and which let more through."""

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
"""Metrics that count what is wrong: without a threshold they tolerate nothing."""

_SEVERITIES = {"info": 0, "low": 0, "warn": 1, "warning": 1, "medium": 1, "error": 2, "high": 2, "critical": 3}

_Bound = tuple[float, bool]
"""A limit, and whether it is allowed itself."""

_Range = tuple[_Bound, _Bound]
_LOWEST, _HIGHEST = (-math.inf, False), (math.inf, False)
_ZERO: _Range = ((0, True), (0, True))

_VALUES, _WHERE = "values", "where"
_FAILURE_THRESHOLDS = ("error_if", "warn_if")
"""Thresholds of a data test of dbt: the values it allows, the rows it looks at, and how many may fail."""


def match_quality_rules(pair: ContractPair) -> Iterator[tuple[QualityRule, QualityRule | None]]:
    """Yield each previous rule with its counterpart, but for those of fields that are gone themselves.

    A counterpart has the same id, else it says the same of the same field, else it has the same name there. A rule that
    is the enum or the pattern of its field may be written another way.
    """
    terms = find_term_pair(pair)
    if terms is None:
        return
    keys = (
        lambda each: each.id,
        lambda each: each.comparison_key,
        lambda each: not each.id and (each.statement, each.field, each.unit),
        lambda each: not each.id and (each.statement, each.field),
        lambda each: not each.id and each.name and (each.name, each.field),
    )
    for before, after in match_terms(terms.previous.quality, terms.proposed.quality, keys):
        gone = before.field is not None and before.field not in terms.fields
        if after is not None or not (gone or before.is_field_constraint or before.is_relationship):
            yield before, after


def describe_loosenings(before: QualityRule, after: QualityRule) -> Iterator[str]:
    """Yield what lets more through than before, as messages say it: thresholds and severity."""
    if before.is_field_constraint and after.is_field_constraint:
        pass  # both tolerate nothing, written out or not, and their values are compared as those of the field
    elif before.unit != after.unit and (before.thresholds or after.thresholds):
        yield f"changed unit from {_quote(before.unit)} to {_quote(after.unit)}"
    elif _get_limits(before) != _get_limits(after) and not _is_within(_get_ranges(after), _get_ranges(before)):
        yield f"loosened from {_format_thresholds(before)} to {_format_thresholds(after)}"
    allowed, where = _get_threshold_values(after, _VALUES), _get_threshold_values(after, _WHERE)
    if further := [each for each in allowed if each not in _get_threshold_values(before, _VALUES)]:
        yield f"allows further values: {', '.join(map(_quote, further))}"
    if where and where != _get_threshold_values(before, _WHERE):
        yield f"looks at rows {_quote(where[0])} only"
    old, new = (_SEVERITIES.get((each.severity or "").lower()) for each in (before, after))
    if old is not None and new is not None and new < old:
        yield f"lowered its severity from '{before.severity}' to '{after.severity}'"


def _get_limits(rule: QualityRule) -> list[tuple[str, str]]:
    """Return the thresholds that a measured value has to meet, without what narrows down which rows are measured."""
    return [each for each in rule.thresholds if each[0] not in (_VALUES, _WHERE)]


def _get_threshold_values(rule: QualityRule, key: str) -> list[str]:
    return [value for name, value in rule.thresholds if name == key]


def list_changed_keys(before: QualityRule, after: QualityRule) -> list[str]:
    """Return which keys of what is measured differ."""
    old, new = dict(before.statement), dict(after.statement)
    return sorted(key for key in old.keys() | new.keys() if old.get(key) != new.get(key))


def _quote(value: str | None) -> str:
    return "none" if value is None else f"'{value}'"


def _format_thresholds(rule: QualityRule) -> str:
    return ", ".join(f"'{key}: {shorten(value)}'" for key, value in _get_limits(rule)) or "no threshold"


def _get_ranges(rule: QualityRule) -> list[_Range] | None:
    """Return the measured values that a rule lets pass, as ranges in order; None where they have no order."""
    limits = _get_limits(rule)
    if not limits:
        said = dict(rule.statement)
        metric = said.get("metric") or said.get("rule")  # `rule` in v3.0
        return [_ZERO] if metric in _ERROR_METRICS or "test" in said else None
    ranges: list[_Range] = [(_LOWEST, _HIGHEST)]
    for key, value in limits:
        allowed = (
            _parse_condition(value)
            if key in _FAILURE_THRESHOLDS
            else _parse_operator(
                key, [float(each) for each in re.findall(r"-?[0-9]+(?:\.[0-9]+)?(?:[eE][-+]?[0-9]+)?", value)]
            )
        )
        if allowed is None:
            return None
        ranges = [both for one in ranges for two in allowed if (both := _intersect(one, two))]
    return ranges


def _parse_condition(condition: str) -> list[_Range] | None:
    """Return the numbers of failing rows that a condition of dbt lets pass ("severity, error_if, warn_if")."""
    found = re.fullmatch(r"(>=|<=|!=|<>|>|<|==?)\s*([0-9]+)", condition.strip())
    if found is None:
        return None
    at = float(found[2])
    return {
        ">": [(_LOWEST, (at, True))],
        ">=": [(_LOWEST, (at, False))],
        "<": [((at, True), _HIGHEST)],
        "<=": [((at, False), _HIGHEST)],
        "!=": [((at, True), (at, True))],
        "<>": [((at, True), (at, True))],
    }.get(found[1], [(_LOWEST, (at, False)), ((at, False), _HIGHEST)])


def _parse_operator(key: str, limits: list[float]) -> list[_Range] | None:
    """Return what one operator lets pass (ODCS, "Data Quality", operators)."""
    if len(limits) == 2 and key == "mustBeBetween":
        return [((limits[0], True), (limits[1], True))]
    if len(limits) == 2 and key == "mustNotBeBetween":
        return [(_LOWEST, (limits[0], False)), ((limits[1], False), _HIGHEST)]
    if len(limits) != 1:
        return None
    at = limits[0]
    return {
        "mustBe": [((at, True), (at, True))],
        "mustNotBe": [(_LOWEST, (at, False)), ((at, False), _HIGHEST)],
        "mustBeGreaterThan": [((at, False), _HIGHEST)],
        "mustBeGreaterOrEqualTo": [((at, True), _HIGHEST)],
        "mustBeGreaterThanOrEqualTo": [((at, True), _HIGHEST)],
        "mustBeLessThan": [(_LOWEST, (at, False))],
        "mustBeLessOrEqualTo": [(_LOWEST, (at, True))],
        "mustBeLessThanOrEqualTo": [(_LOWEST, (at, True))],
    }.get(key)


def _intersect(one: _Range, two: _Range) -> _Range | None:
    low = max(one[0], two[0], key=lambda each: (each[0], not each[1]))
    high = min(one[1], two[1], key=lambda each: (each[0], each[1]))
    return (low, high) if low[0] < high[0] or (low[0] == high[0] and low[1] and high[1]) else None


def _is_within(inner: list[_Range] | None, outer: list[_Range] | None) -> bool:
    """Whether every value of some ranges is in others; what has no order is not."""
    if inner is None or outer is None:
        return False
    return all(any(_intersect(each, other) == each for other in outer) for each in inner)
