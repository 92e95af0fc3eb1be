"""Finds the counterpart of each term of a contract: of its relationships, quality rules, service levels and servers."""

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
    """The terms of both sides of a contract, and the paths of the fields that the proposed one has."""

    previous: Terms
    proposed: Terms
    fields: frozenset[str]


def find_term_pair(pair: ContractPair) -> TermPair | None:
    """Return the terms of both sides, or None where there is nothing to compare."""
    if (
        not pair.is_changed
        or pair.both is None
        or (pair.both[0].terms is None and not pair.both[0].is_changed_in_place)
    ):
        return None
    from dcr.contract.terms import NO_TERMS  # noqa: PLC0415 (contracts of dcr's own format have none of them)

    previous, proposed = pair.both
    return TermPair(
        previous.terms or NO_TERMS,
        proposed.terms or NO_TERMS,
        frozenset(path for path, _ in walk_fields(proposed.fields)),
    )


def match_terms(
    previous: Sequence[_Term], proposed: Sequence[_Term], keys: Sequence[Callable[[_Term], object]]
) -> Iterator[tuple[_Term, _Term | None]]:
    """Yield each previous term with its counterpart, found by the first of some keys that both share.

    A key that is None, or empty, finds nothing. Each proposed term is the counterpart of one previous term at most.
    """
    left = list(proposed)
    found: dict[int, _Term] = {}
    for key in keys:
        by_key: dict[object, list[_Term]] = {}
        for each in left:
            by_key.setdefault(key(each), []).append(each)
        for number, each in enumerate(previous):
            candidates = by_key.get(key(each)) if number not in found and key(each) else None
            if candidates:
                found[number] = candidates.pop(0)
        taken = {id(each) for each in found.values()}
        left = [each for each in left if id(each) not in taken]
    for number, each in enumerate(previous):
        yield each, found.get(number)


def find_field_location(pair: ContractPair, path: str | None) -> Location | None:
    """Return where a field stands that a term was removed from; None for a term of the dataset."""
    if path is None or pair.proposed is None:
        return None
    field = next((each for name, each in walk_fields(pair.proposed.fields) if name == path), None)
    return field.section.locate() if field and field.section else None
