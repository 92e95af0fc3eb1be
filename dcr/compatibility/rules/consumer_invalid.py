"""A consumer file is not a valid declaration.

Why it breaks
    dcr cannot find out whom a change breaks if it cannot read who uses what. Each cause is reported with its line. It
    is also a cause if a file declared a consumer on the base and no longer does.

Instead
    Fix what the messages name. `dcr lint` lists every cause without a comparison; `dcr schema consumer` prints the
    JSON Schema for your editor. To remove a consumer, delete its file.

Example
    consumer: finance.revenue_dashboard
    owners: [{team: finance, contact: "#finance-data"}]
    uses:
      - {dataset: users.daily_active, fields: [user_id, plan]}
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from dcr.compatibility.rule import CONSUMER, Finding, rule
from dcr.compatibility.wording import number_problems

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dcr.compatibility.consumer_pairs import ConsumerPair


@rule(about=CONSUMER)
def consumer_invalid(pair: ConsumerPair) -> Iterator[Finding]:
    """Yield one finding for each error in the proposed file."""
    for problem, detail in number_problems([problem for problem in pair.problems if problem.is_fatal]):
        yield Finding(problem.message, problem.hint, detail=detail, location=problem.location)
