"""Matches the terms of two contracts: relationships, quality rules, service levels and servers."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple, TypeVar

from dcr.contract.contract import walk_fields

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from dcr.compatibility.pairs import ContractPair
    from dcr.contract.terms import QualityRule, Relationship, Server, ServiceLevel, Terms
    from dcr.parsing.location import Location

_Term = TypeVar("_Term", "Relationship", "QualityRule", "ServiceLevel", "Server")


class TermPair(NamedTuple):
    """The terms of both contracts, and the paths of the proposed fields."""

    previous: Terms
    proposed: Terms
    fields: frozenset[str]


def find_term_pair(pair: ContractPair) -> TermPair | None:
    """Return the terms of both contracts, or None if there is nothing to compare."""
    if (
        not pair.is_changed
        or pair.both is None
        or (pair.both[0].terms is None and not pair.both[0].is_changed_in_place)
    ):
        return None
    from dcr.contract.terms import NO_TERMS  # noqa: PLC0415 (native contracts have none)

    previous, proposed = pair.both
    return TermPair(
        previous.terms or NO_TERMS,
        proposed.terms or NO_TERMS,
        frozenset(path for path, _ in walk_fields(proposed.fields)),
    )


def match_terms(
    previous: Sequence[_Term], proposed: Sequence[_Term], keys: Sequence[Callable[[_Term], object]]
) -> Iterator[tuple[_Term, _Term | None]]:
    """Yield each previous term with the proposed term that shares the first possible key, or with None.

    Empty keys are ignored. Each proposed term matches one previous term at most.
    """
    unmatched = list(proposed)
    matches: dict[int, _Term] = {}
    for get_key in keys:
        by_key: dict[object, list[_Term]] = {}
        for term in unmatched:
            by_key.setdefault(get_key(term), []).append(term)
        for number, term in enumerate(previous):
            candidates = by_key.get(get_key(term)) if number not in matches and get_key(term) else None
            if candidates:
                matches[number] = candidates.pop(0)
        matched = {id(term) for term in matches.values()}
        unmatched = [term for term in unmatched if id(term) not in matched]
    for number, term in enumerate(previous):
        yield term, matches.get(number)


def find_field_location(pair: ContractPair, path: str | None) -> Location | None:
    """Return the location of the field from which a term was removed; None for a term of the dataset."""
    if path is None or pair.proposed is None:
        return None
    field = next((found for name, found in walk_fields(pair.proposed.fields) if name == path), None)
    return field.section.locate() if field and field.section else None
