"""Several teams have the same contact.

Why it breaks
    A question to the contact reaches people of whom nobody knows which team answers. Often one of the names is an old
    or a misspelled one.

Instead
    Use one name for the team, or give each team its own contact. `dcr owners check` reports this kind, once for each
    pair of teams.

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
def owner_contact_shared(pair: ContractPair) -> Iterator[Finding]:
    """Yield one finding for each contact of a team that another team had before."""
    for contact, team, other_team, path in pair.ownership.shared_contacts if pair.ownership else ():
        yield Finding(
            f"contact '{contact}' of team '{team}' is also that of team '{other_team}' ('{path}')",
            "use one name for the team, or one contact for each team",
            key="owners",
            detail=f"{contact} {team} {other_team}",
        )
