"""A service level was removed.

Why it breaks
    Consumers plan by it: how far back the data goes, when it arrives, who supports it. Without the service level,
    nobody is alerted when it is no longer met.

Instead
    Keep a service level, even a weaker one, and notify the consumers who plan by it.

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
def sla_removed(pair: ContractPair) -> Iterator[Finding]:
    """Yield one finding for each service level that only the previous contract promises."""
    for before, after in match_service_levels(pair):
        if after is None:
            message = f"service level '{before.label}' of {format_service_level(before)} was removed"
            hint = "keep one, even a weaker one, and notify the consumers who plan by it"
            detail = f"{before.name} {before.element or ''}"
            yield Finding(message, hint, key="service_levels", detail=detail, previous_location=before.location)
