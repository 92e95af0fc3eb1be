"""The owners of a dataset, or their contacts, changed.

Why it breaks
    Nothing breaks. Consumers that ask the previous owner get no answer, and the new owner may not know about its
    dataset: both teams should see this change.

Instead
    Make sure that the new owner approves the change, for example with CODEOWNERS: `dcr owners check`. The order of the
    owners does not matter.

Example
    owners: [{team: finance, contact: "#finance-data"}]
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from dcr.compatibility.owners import list_owner_changes
from dcr.compatibility.rule import CONTRACT, Finding, rule
from dcr.compatibility.severities import INFO

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dcr.compatibility.pairs import ContractPair


@rule(about=CONTRACT, severity=INFO)
def owners_changed(pair: ContractPair) -> Iterator[Finding]:
    """Yield one finding for the teams that changed, and one for each team whose contact changed."""
    if pair.both is None or not pair.both[1].owners or pair.both[1].alias_of:
        return  # owner_missing reports a contract without owners
    for message in list_owner_changes(*pair.both):
        yield Finding(message, key="owners", detail=message)
