"""The freshness promise was removed.

Why it breaks
    Consumers schedule jobs and alerts by the promised lag. Without it, nobody is alerted when the data is late.

Instead
    Keep a promise, even a longer one, and notify the consumers who schedule by it.

Example
    freshness_sla: {max_lag_seconds: 86400}
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from dcr.compatibility.issue import CONSUMERS
from dcr.compatibility.modes import BACKWARD
from dcr.compatibility.rule import CONTRACT, Finding, rule
from dcr.compatibility.severities import WARNING
from dcr.compatibility.wording import format_lag

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dcr.compatibility.pairs import ContractPair


@rule(
    about=CONTRACT, modes=(BACKWARD,), severity=WARNING, breaks=CONSUMERS, impact="schedules and alerts that rely on it"
)
def freshness_sla_removed(pair: ContractPair) -> Iterator[Finding]:
    """Yield one finding when only the previous contract promises freshness."""
    if pair.both is None or pair.both[0].freshness_sla is None or pair.both[1].freshness_sla is not None:
        return
    sla = pair.both[0].freshness_sla
    lag = sla.written if sla.max_lag_seconds is None else format_lag(sla.max_lag_seconds, pair.both[0])
    yield Finding(
        f"the freshness promise of {lag} was removed",
        "keep a freshness promise, even a longer one",
        key="freshness_sla",
    )
