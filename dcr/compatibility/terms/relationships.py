"""Compares the relationships of two versions of a dataset."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dcr.compatibility.terms.pairs import find_term_pair, match_terms

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dcr.compatibility.pairs import ContractPair
    from dcr.contract.terms import Relationship


def match_relationships(pair: ContractPair) -> Iterator[tuple[Relationship, Relationship | None]]:
    """Yield each previous relationship with its counterpart, but for those of fields that are gone themselves."""
    terms = find_term_pair(pair)
    if terms is None:
        return
    # An id wins over what is said; then the same promise, then another target of the same fields.
    keys = (lambda each: each.id, lambda each: each.comparison_key, lambda each: not each.id and each.source)
    for before, after in match_terms(terms.previous.relationships, terms.proposed.relationships, keys):
        if after is not None or before.field is None or before.field in terms.fields:
            yield before, after


def format_ends(relationship: Relationship) -> str:
    """Return the two ends of a relationship as messages write them."""
    return f"{_joined(relationship.source)} → {_joined(relationship.target)}"


def _joined(paths: tuple[str, ...]) -> str:
    return ", ".join(paths) or "nothing"
