"""A relationship to another dataset was removed.

Why it breaks
    Joins rely on it: each value exists in the other dataset, and no row is dropped. Without the relationship, inner
    joins may drop rows without an error.

Instead
    Keep the relationship while the join is supported, or notify the consumers who join on it before you remove it.

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


@rule(about=CONTRACT, modes=(BACKWARD,), severity=WARNING, breaks=CONSUMERS, impact="joins that rely on it")
def relationship_removed(pair: ContractPair) -> Iterator[Finding]:
    """Yield one finding for each relationship that only the previous contract has."""
    for before, after in match_relationships(pair):
        if after is None:
            message = f"relationship {format_ends(before)} was removed"
            hint = "keep it, or notify the consumers who join on it"
            yield Finding(
                message,
                hint,
                key="fields",
                location=find_field_location(pair, before.field),
                detail=format_ends(before),
                previous_location=before.location,
                field=before.field,
            )
