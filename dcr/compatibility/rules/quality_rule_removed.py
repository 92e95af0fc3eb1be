"""A quality rule was removed.

Why it breaks
    Consumers write no checks for what the contract promises to check. Without the rule, rows that it excluded reach
    them. A rule that keeps its id but measures something else is reported here too, because the previous check was
    removed.

Instead
    Keep the rule, or notify the consumers that they have to check the data themselves.

Example
    quality:
      - {id: no_missing_ids, metric: nullValues, mustBe: 0}
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from dcr.compatibility.issue import CONSUMERS
from dcr.compatibility.modes import BACKWARD
from dcr.compatibility.rule import CONTRACT, Finding, rule
from dcr.compatibility.severities import WARNING
from dcr.compatibility.terms.pairs import find_field_location
from dcr.compatibility.terms.quality import list_changed_keys, match_quality_rules

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dcr.compatibility.pairs import ContractPair

_HINT = "keep it, or notify the consumers that they have to check the data themselves"


@rule(about=CONTRACT, modes=(BACKWARD,), severity=WARNING, breaks=CONSUMERS, impact="jobs that rely on the rule")
def quality_rule_removed(pair: ContractPair) -> Iterator[Finding]:
    """Yield one finding for each quality rule that was removed or measures something else."""
    for before, after in match_quality_rules(pair):
        where = f" of field '{before.field}'" if before.field else ""
        if after is None:
            message = f"quality rule '{before.label}'{where} was removed"
        elif before.statement != after.statement and not (before.is_field_constraint or before.is_relationship):
            changes = ", ".join(list_changed_keys(before, after))
            message = f"quality rule '{before.label}'{where} measures something else: {changes} changed"
        else:
            continue
        yield Finding(
            message,
            _HINT,
            key=None if before.field else "fields",
            detail=f"{before.id or before.statement}",
            location=after.location if after else find_field_location(pair, before.field),
            previous_location=before.location,
            field=before.field,
        )
