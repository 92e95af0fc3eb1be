"""A promised relationship leads somewhere else than before.

Why it breaks
    Joins are written for the fields that the relationship names. When it leads to other fields or to another dataset,
    the old join loses rows or multiplies them, and nothing fails.

Instead
    Add the new relationship beside the old one, move the joins, then remove the old one.

Example
    relationships:
      - {id: customer, to: customers.id}
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from dcr.compatibility.issue import CONSUMERS
from dcr.compatibility.modes import BACKWARD
from dcr.compatibility.rule import CONTRACT, Finding, rule
from dcr.compatibility.severities import WARNING
from dcr.compatibility.terms.relationships import ends_shown, relationship_pairs

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dcr.compatibility.pairs import ContractPair


@rule(about=CONTRACT, modes=(BACKWARD,), severity=WARNING, breaks=CONSUMERS)
def relationship_changed(pair: ContractPair) -> Iterator[Finding]:
    """Yield one finding for each relationship whose ends or type differ."""
    for before, after in relationship_pairs(pair):
        if after is None or before.meaning == after.meaning:
            continue
        message = f"relationship {ends_shown(before)} changed to {ends_shown(after)}"
        if before.meaning[:2] == after.meaning[:2]:
            message = f"relationship {ends_shown(before)} changed type from '{before.type}' to '{after.type}'"
        yield Finding(
            message,
            "tell those who join on it",
            detail=ends_shown(before),
            location=after.location,
            previous_location=before.location,
            field=after.field,
        )
