"""Drops the terms of a migrated dataset that only one of its two formats supports."""

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
"""The terms of each format that can be compared with another format; the native format has none.

Relationships, tests and schemas of dbt are not comparable with those of the other formats.
"""


def keep_shared_terms(before: Contract, after: Contract) -> tuple[Contract, Contract]:
    """Return both contracts with the terms that both formats support, and physical names if both have one."""
    if before.terms is None and after.terms is None and not (_has_terms(before.fields) or _has_terms(after.fields)):
        return before, after
    shared = {*_TERMS_BY_FORMAT.get(before.format, ())} & {*_TERMS_BY_FORMAT.get(after.format, ())}
    both = [contract.terms or NO_TERMS for contract in (before, after)]
    if any(terms.physical_name is None for terms in both):
        shared.discard("physical_name")
    first, second = (Terms(**{name: getattr(terms, name) for name in shared}) for terms in both)
    levels = _reuse_equal_levels(first.service_levels, second.service_levels)
    old_terms, new_terms = (
        None if terms == NO_TERMS else terms for terms in (first, replace(second, service_levels=levels))
    )
    old, new = _convert_fields(before.fields, after.fields)
    return replace(before, terms=old_terms, fields=old), replace(after, terms=new_terms, fields=new)


def _reuse_equal_levels(before: tuple[ServiceLevel, ...], after: tuple[ServiceLevel, ...]) -> tuple[ServiceLevel, ...]:
    """Return the new service levels, with the old values and units where both promise the same."""
    if not before or not after:
        return after
    from dcr.contract.service_levels import is_looser  # noqa: PLC0415 (fractions cost 5 ms; few contracts need them)

    known = {(level.name, level.element): level for level in before}
    levels = []
    for new in after:
        old = known.get((new.name, new.element))
        is_same = old is not None and is_looser(old, new) is False and is_looser(new, old) is False
        levels.append(replace(new, value=old.value, unit=old.unit, value_ext=old.value_ext) if old and is_same else new)
    return tuple(levels)


def _has_terms(fields: tuple[Field, ...]) -> bool:
    return any(
        field.terms or _has_terms(field.fields) or (field.items and _has_terms((field.items,))) for field in fields
    )


def _convert_fields(before: tuple[Field, ...], after: tuple[Field, ...]) -> tuple[tuple[Field, ...], tuple[Field, ...]]:
    old, new = ({field.name: field for field in fields} for fields in (before, after))
    converted = {name: _convert_field(old.get(name), new.get(name)) for name in (*old, *new)}
    return (
        tuple(field for name in old if (field := converted[name][0])),
        tuple(field for name in new if (field := converted[name][1])),
    )


def _convert_field(before: Field | None, after: Field | None) -> tuple[Field | None, Field | None]:
    """Return a field of both contracts without the terms of one format: only physical names are comparable."""
    if before is None and after is None:
        return None, None
    names = [field.terms.physical_name if field and field.terms else None for field in (before, after)]
    old, new = _convert_fields(before.fields if before else (), after.fields if after else ())
    items = _convert_field(before.items if before else None, after.items if after else None)
    terms = [None if None in names else FieldTerms(physical_name=name) for name in names]
    return (
        replace(before, terms=terms[0], fields=old, items=items[0]) if before else None,
        replace(after, terms=terms[1], fields=new, items=items[1]) if after else None,
    )
