"""The data may be older than was promised before.

Why it breaks
    Consumers schedule jobs and alerts by the promised lag. With a longer lag these run before the data arrives.

Instead
    Notify the consumers first, and give them time to adapt their schedules.

Example
    freshness_sla: {max_lag_seconds: 86400, measurement: event_time}
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
def freshness_sla_loosened(pair: ContractPair) -> Iterator[Finding]:
    """Yield one finding when the proposed contract promises a longer lag than the previous one."""
    if pair.both is None:
        return
    before, after = (contract.freshness_sla for contract in pair.both)
    if before is None or after is None or before.max_lag_seconds is None or after.max_lag_seconds is None:
        return  # there is no promise, or value_not_understood reports it
    if after.max_lag_seconds <= before.max_lag_seconds:
        return
    lags = [format_lag(lag.max_lag_seconds, pair.both[1]) for lag in (before, after) if lag.max_lag_seconds]
    (old, old_unit), (new, new_unit) = (lag.split() for lag in lags)
    message = f"freshness loosened from {old if old_unit == new_unit else lags[0]} to {new} {new_unit}"
    yield Finding(
        message, "notify the consumers who schedule by it first", key="freshness_sla", detail="max_lag_seconds"
    )
