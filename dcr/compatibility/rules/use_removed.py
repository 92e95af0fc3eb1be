"""A consumer no longer declares a use.

Why it breaks
    Nothing, if the consumer has really moved away. From the next change on, breaks of what it no longer declares do not
    name it, so a reviewer should know that it is meant.

Instead
    If the consumer still uses it, keep the declaration. With `until`, it declares the day on which it moves away.

Example
    consumer: finance.revenue_dashboard
    owners: [{team: finance}]
    uses:
      - {dataset: users.daily_active, fields: [user_id, plan], until: 2027-03-31}
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from dcr.compatibility.removed_uses import list_removed_uses
from dcr.compatibility.rule import CONSUMER, Finding, rule
from dcr.compatibility.severities import INFO
from dcr.compatibility.wording import shorten

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dcr.compatibility.consumer_pairs import ConsumerPair


@rule(about=CONSUMER, severity=INFO)
def use_removed(pair: ConsumerPair) -> Iterator[Finding]:
    """Yield one finding for each part of a use that only the previous version declares."""
    if pair.previous is None or any(problem.is_fatal for problem in pair.problems):
        return  # what an invalid file declares is unknown
    hint = "keep it if the consumer still uses it: breaks of it will not name the consumer"
    name = shorten(pair.previous.name)
    for dataset_id, removed in list_removed_uses(pair.previous, pair.proposed, pair.datasets, pair.today):
        yield Finding(
            f"consumer '{name}' no longer {removed.text}",
            hint,
            field=removed.field,
            detail=f"{dataset_id}\x00{removed.key}\x00{removed.value}",
            location=removed.location,
            previous_location=removed.previous_location,
        )
