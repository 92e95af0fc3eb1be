"""A service level promises less than before.

Why it breaks
    Consumers plan by the service level: backfills by the retention, schedules by the frequency and the time of day,
    alerts by the availability. With a weaker one, data that they count on is missing or late. Values without an order,
    such as support hours in words, are reported whenever they change.

Instead
    Notify the consumers first, and give them time to adapt.

Example
    slaProperties:
      - {property: retention, value: 3, unit: y}
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from dcr.compatibility.issue import CONSUMERS
from dcr.compatibility.modes import BACKWARD
from dcr.compatibility.rule import CONTRACT, Finding, rule
from dcr.compatibility.severities import WARNING
from dcr.compatibility.terms.service_levels import format_service_level, match_service_levels

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dcr.compatibility.pairs import ContractPair


@rule(about=CONTRACT, modes=(BACKWARD,), severity=WARNING, breaks=CONSUMERS, impact="plans that rely on it")
def sla_loosened(pair: ContractPair) -> Iterator[Finding]:
    """Yield one finding for each service level that is weaker, or that changed and cannot be ordered."""
    pairs = list(match_service_levels(pair))
    if not pairs:
        return
    from dcr.contract.service_levels import is_looser  # noqa: PLC0415 (fractions cost 5 ms; few contracts need them)

    for before, after in pairs:
        if after is None or before.comparison_key == after.comparison_key:
            continue
        looser = is_looser(before, after)
        if before.value_ext != after.value_ext:
            looser = looser or None
        if before.element != after.element and before.element is not None and looser is False:
            looser = None
        if looser is False:
            continue
        change = "was loosened" if looser else "changed"
        values = f"from {format_service_level(before)} to {format_service_level(after)}"
        message = f"service level '{after.label}' {change} {values}"
        hint = "notify the consumers who plan by it first"
        yield Finding(
            message,
            hint if looser else f"{hint}; dcr cannot determine which value promises more: compare them by hand",
            detail=f"{before.name} {before.element or ''}",
            location=after.location,
            previous_location=before.location,
        )
