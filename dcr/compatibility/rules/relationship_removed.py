"""A promised relationship to another dataset is gone.

Why it breaks
    Joins rely on it: that each value is found on the other side, and that no row is lost. Without the promise, rows
    disappear from inner joins, and nothing fails.

Instead
    Keep the relationship as long as the join is meant to work, or tell those who join before it goes.

Example
    relationships:
      - {to: customers.id}
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from dcr.compatibility.issue import CONSUMERS
from dcr.compatibility.modes import BACKWARD
from dcr.compatibility.rule import CONTRACT, Finding, rule
from dcr.compatibility.severities import WARNING
from dcr.compatibility.terms.pairs import find_field_location
from dcr.compatibility.terms.relationships import format_ends, match_relationships

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dcr.compatibility.pairs import ContractPair


@rule(about=CONTRACT, modes=(BACKWARD,), severity=WARNING, breaks=CONSUMERS)
def relationship_removed(pair: ContractPair) -> Iterator[Finding]:
    """Yield one finding for each relationship that only the previous contract has."""
    for before, after in match_relationships(pair):
        if after is None:
            message = f"relationship {format_ends(before)} was removed"
            hint = "keep it, or tell those who join on it"
            yield Finding(
                message,
                hint,
                key="fields",
                location=find_field_location(pair, before.field),
                detail=format_ends(before),
                previous_location=before.location,
                field=before.field,
            )
