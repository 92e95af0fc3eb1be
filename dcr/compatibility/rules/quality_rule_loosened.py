"""A quality rule is less strict than before.

Why it breaks
    Consumers rely on the threshold: a report that may miss one row in a thousand changes when it may miss one in
    twenty. With a lower severity, data is published although the rule fails. dcr cannot compare thresholds in
    different units, so it reports them.

Instead
    Keep the threshold and the severity, or notify the consumers of the change.

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


@rule(about=CONTRACT, modes=(BACKWARD,), severity=WARNING, breaks=CONSUMERS, impact="jobs that rely on the rule")
def quality_rule_loosened(pair: ContractPair) -> Iterator[Finding]:
    """Yield one finding for each quality rule that measures the same and is less strict."""
    for before, after in match_quality_rules(pair):
        if after is None or before.statement != after.statement:
            continue
        changes = list(describe_loosenings(before, after))
        if changes:
            where = f" of field '{before.field}'" if before.field else ""
            yield Finding(
                f"quality rule '{before.label}'{where} {' and '.join(changes)}",
                "notify the consumers of the change",
                detail=f"{before.id or before.statement}",
                location=after.location,
                previous_location=before.location,
                field=before.field,
            )
