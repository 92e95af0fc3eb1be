"""Two files declare a consumer with the same name.

Why it breaks
    The name identifies a consumer in reports and acceptances, so nobody knows which of the two is meant, and each file
    may name other owners.

Instead
    Give the new file a name of its own, or write all uses of the consumer in one file.

Example
    consumer: finance.revenue_forecast
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from dcr.compatibility.rule import CONSUMER, Finding, rule
from dcr.compatibility.wording import shorten
from dcr.consumers.use_locations import locate_consumer

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dcr.compatibility.consumer_pairs import ConsumerPair


@rule(about=CONSUMER)
def consumer_duplicated(pair: ConsumerPair) -> Iterator[Finding]:
    """Yield one finding when the name is declared somewhere else too."""
    if pair.proposed is None or not pair.duplicates:
        return
    others = ", ".join(f"'{location.path}:{location.line}'" for location in pair.duplicates[:3])
    more = f" and {len(pair.duplicates) - 3} more" if len(pair.duplicates) > 3 else ""
    yield Finding(
        f"consumer '{shorten(pair.proposed.name)}' is also declared in {others}{more}",
        "give one of them a name of its own",
        location=locate_consumer(pair.proposed),
    )
