"""Compares the relationships of two versions of a dataset."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dcr.compatibility.terms.pairs import find_term_pair, match_terms

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dcr.compatibility.pairs import ContractPair
    from dcr.contract.terms import Relationship


def match_relationships(pair: ContractPair) -> Iterator[tuple[Relationship, Relationship | None]]:
    """Yield each previous relationship with its match, except those of removed fields."""
    terms = find_term_pair(pair)
    if terms is None:
        return
    # Match by id, then by equality, then by the same fields with another target.
    keys = (lambda term: term.id, lambda term: term.comparison_key, lambda term: not term.id and term.source)
    for before, after in match_terms(terms.previous.relationships, terms.proposed.relationships, keys):
        if after is not None or before.field is None or before.field in terms.fields:
            yield before, after


def format_ends(relationship: Relationship) -> str:
    """Return the source and the target of a relationship; fingerprints contain this text."""
    return f"{_joined(relationship.source)} → {_joined(relationship.target)}"


def _joined(paths: tuple[str, ...]) -> str:
    return ", ".join(paths) or "nothing"
