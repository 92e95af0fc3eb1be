"""No contract has a contact for this team.

Why it breaks
    Consumers with a question, and the people who plan a breaking change, do not know where to ask.

Instead
    Add a contact in one of the team's contracts: a channel, an address or a page. `dcr owners check` reports this kind,
    once for each team.

Example
    owners: [{team: finance, contact: "#finance-data"}]
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from dcr.compatibility.rule import CONTRACT, Finding, rule
from dcr.compatibility.severities import WARNING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dcr.compatibility.pairs import ContractPair


@rule(about=CONTRACT, severity=WARNING)
def owner_contact_missing(pair: ContractPair) -> Iterator[Finding]:
    """Yield one finding for each team that no contract has a contact for."""
    for team in pair.ownership.without_contact if pair.ownership else ():
        yield Finding(f"no contract has a contact for team '{team}'", "add the contact", key="owners", detail=team)
