"""A check that the data is promised to pass lets more through than before.

Why it breaks
    Consumers rely on the threshold: a report that may miss one row in a thousand is another report when it may miss
    one in twenty. A lower severity means that the data is published although the check fails. Thresholds in different
    units are reported, since they cannot be compared.

Instead
    Keep the threshold and the severity, or tell consumers what to expect from now on.

Example
    quality:
      - {id: few_missing, metric: nullValues, mustBeLessThan: 1, unit: percent, severity: error}
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from dcr.compatibility.issue import CONSUMERS
from dcr.compatibility.modes import BACKWARD
from dcr.compatibility.rule import CONTRACT, Finding, rule
from dcr.compatibility.severities import WARNING
from dcr.compatibility.terms.quality import describe_loosenings, match_quality_rules

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dcr.compatibility.pairs import ContractPair


@rule(about=CONTRACT, modes=(BACKWARD,), severity=WARNING, breaks=CONSUMERS)
def quality_rule_loosened(pair: ContractPair) -> Iterator[Finding]:
    """Yield one finding for each quality rule that measures the same and tolerates more."""
    for before, after in match_quality_rules(pair):
        if after is None or before.statement != after.statement:
            continue
        changes = list(describe_loosenings(before, after))
        if changes:
            where = f" of field '{before.field}'" if before.field else ""
            yield Finding(
                f"quality rule '{before.label}'{where} {' and '.join(changes)}",
                "tell those who rely on it what to expect",
                detail=f"{before.id or before.statement}",
                location=after.location,
                previous_location=before.location,
                field=before.field,
            )
