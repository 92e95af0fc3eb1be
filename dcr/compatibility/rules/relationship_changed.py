"""A relationship has other fields or another target than before.

Why it breaks
    Joins are written for the fields that the relationship names. When these are other fields, or the target is another
    dataset, existing joins drop or multiply rows without an error.

Instead
    Add the new relationship and keep the old one, migrate the joins, then remove the old one.

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
from dcr.compatibility.terms.relationships import format_ends, match_relationships

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dcr.compatibility.pairs import ContractPair


@rule(about=CONTRACT, modes=(BACKWARD,), severity=WARNING, breaks=CONSUMERS, impact="joins that rely on it")
def relationship_changed(pair: ContractPair) -> Iterator[Finding]:
    """Yield one finding for each relationship whose ends or type differ."""
    for before, after in match_relationships(pair):
        if after is None or before.comparison_key == after.comparison_key:
            continue
        message = f"relationship {format_ends(before)} changed to {format_ends(after)}"
        if before.comparison_key[:2] == after.comparison_key[:2]:
            message = f"relationship {format_ends(before)} changed type from '{before.type}' to '{after.type}'"
        yield Finding(
            message,
            "notify the consumers who join on it",
            detail=format_ends(before),
            location=after.location,
            previous_location=before.location,
            field=after.field,
        )
