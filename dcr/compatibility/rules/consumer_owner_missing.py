"""A consumer has no owner.

Why it breaks
    When a change breaks the consumer, nobody is notified, and nobody can accept the break.

Instead
    Name at least one team and how to contact it.

Example
    owners: [{team: finance, contact: "#finance-data"}]
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from dcr.compatibility.rule import CONSUMER, Finding, rule
from dcr.compatibility.severities import ERROR, WARNING
from dcr.compatibility.wording import shorten
from dcr.consumers.consumer import NATIVE
from dcr.consumers.use_locations import has_owner_entries, locate_consumer

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dcr.compatibility.consumer_pairs import ConsumerPair


@rule(about=CONSUMER)
def consumer_owner_missing(pair: ConsumerPair) -> Iterator[Finding]:
    """Yield one finding when the proposed consumer has no owner. An owner that cannot be read is another issue."""
    consumer = pair.proposed
    if consumer is None or consumer.owners or has_owner_entries(consumer):
        return
    is_native = consumer.source == NATIVE
    hint = 'add owners: [{team: …, contact: "…"}]' if is_native else "name the team that owns it"
    yield Finding(
        f"consumer '{shorten(consumer.name)}' has no owner",
        hint,
        location=locate_consumer(consumer),
        severity=ERROR if is_native else WARNING,
    )
