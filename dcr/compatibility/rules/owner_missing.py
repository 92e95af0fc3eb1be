"""Nobody answers for the dataset.

Why it breaks
    When the data goes stale or a change breaks a reader, there is no one to call, and no one who is asked
    before the next change.

Instead
    Name at least one team, and how to reach it.

Example
    owners:
      - {team: growth-platform, contact: "#growth-platform"}
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from dcr.compatibility.rule import CONTRACT, Finding, rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dcr.compatibility.pairs import ContractPair


@rule(about=CONTRACT)
def owner_missing(pair: ContractPair) -> Iterator[Finding]:
    """Yield one finding when the proposed contract has no owner."""
    if pair.proposed is not None and not pair.proposed.owners:
        yield Finding("no owner is named", 'add owners: [{team: …, contact: "…"}]', key="owners")
