"""The terms of one dataset in two formats, without those that only one of the two can say."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from dcr.contract.terms import NO_TERMS, FieldTerms, Terms

if TYPE_CHECKING:
    from dcr.contract.contract import Contract, Field
    from dcr.contract.terms import ServiceLevel

_STANDARD_TERMS = ("relationships", "quality", "service_levels", "servers")
_TERMS_BY_FORMAT = {
    "odcs": ("physical_name", *_STANDARD_TERMS),
    "dcs": _STANDARD_TERMS,
    "dbt": ("physical_name", "materialized"),
}
"""The terms of each format that another one can be held to; dcr's own has none.

dbt writes relationships, tests and schemas in words of its own, which say nothing about those of a standard.
"""


def keep_shared_terms(before: Contract, after: Contract) -> tuple[Contract, Contract]:
    """Return both sides with the terms that both of their formats can say, and physical names where both write one."""
    if before.terms is None and after.terms is None and not (_has_terms(before.fields) or _has_terms(after.fields)):
        return before, after
    can = {*_TERMS_BY_FORMAT.get(before.format, ())} & {*_TERMS_BY_FORMAT.get(after.format, ())}
    sides = [each.terms or NO_TERMS for each in (before, after)]
    if any(each.physical_name is None for each in sides):
        can.discard("physical_name")
    kept = (Terms(**{name: getattr(each, name) for name in can}) for each in sides)
    first, second = kept
    levels = _reuse_equal_levels(first.service_levels, second.service_levels)
    terms = [None if each == NO_TERMS else each for each in (first, replace(second, service_levels=levels))]
    old, new = _convert_fields(before.fields, after.fields)
    return replace(before, terms=terms[0], fields=old), replace(after, terms=terms[1], fields=new)


def _reuse_equal_levels(before: tuple[ServiceLevel, ...], after: tuple[ServiceLevel, ...]) -> tuple[ServiceLevel, ...]:
    """Return the levels of the second side, those that promise as much as before in the words of the first one."""
    if not before or not after:
        return after
    from dcr.contract.service_levels import is_looser  # noqa: PLC0415 (fractions cost 5 ms; few contracts need them)

    known = {(each.name, each.element): each for each in before}
    found = []
    for each in after:
        old = known.get((each.name, each.element))
        same = old is not None and is_looser(old, each) is False and is_looser(each, old) is False
        found.append(replace(each, value=old.value, unit=old.unit, value_ext=old.value_ext) if old and same else each)
    return tuple(found)


def _has_terms(fields: tuple[Field, ...]) -> bool:
    return any(each.terms or _has_terms(each.fields) or (each.items and _has_terms((each.items,))) for each in fields)


def _convert_fields(before: tuple[Field, ...], after: tuple[Field, ...]) -> tuple[tuple[Field, ...], tuple[Field, ...]]:
    old, new = ({each.name: each for each in side} for side in (before, after))
    found = {name: _convert_field(old.get(name), new.get(name)) for name in (*old, *new)}
    return (
        tuple(each for name in old if (each := found[name][0])),
        tuple(each for name in new if (each := found[name][1])),
    )


def _convert_field(before: Field | None, after: Field | None) -> tuple[Field | None, Field | None]:
    """Return a field of both sides, with what is nested in it; only the physical name is said in two formats."""
    if before is None and after is None:
        return None, None
    names = [each.terms.physical_name if each and each.terms else None for each in (before, after)]
    old, new = _convert_fields(before.fields if before else (), after.fields if after else ())
    items = _convert_field(before.items if before else None, after.items if after else None)
    shared = [None if None in names else FieldTerms(physical_name=name) for name in names]
    return (
        replace(before, terms=shared[0], fields=old, items=items[0]) if before else None,
        replace(after, terms=shared[1], fields=new, items=items[1]) if after else None,
    )
