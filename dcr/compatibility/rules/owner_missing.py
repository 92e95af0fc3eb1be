"""The dataset has no owner.

Why it breaks
    When the data is late or a change breaks a reader, consumers have nobody to contact, and no team reviews the next
    change.

Instead
    Name at least one team and how to contact it. In formats that do not require an owner, this is a warning.

Example
    owners:
      - {team: growth-platform, contact: "#growth-platform"}
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from dcr.compatibility.rule import CONTRACT, Finding, rule
from dcr.compatibility.severities import ERROR, WARNING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dcr.compatibility.pairs import ContractPair


@rule(about=CONTRACT)
def owner_missing(pair: ContractPair) -> Iterator[Finding]:
    """Yield one finding when a contract that is new or changed has no owner."""
    if pair.proposed is None or pair.proposed.owners or pair.proposed.alias_of:
        return
    native = pair.proposed.format == "native"
    had_none = pair.previous is not None and not pair.previous.owners
    if not had_none or (native and pair.is_changed):
        hint = 'add owners: [{team: …, contact: "…"}]' if native else "name the team that owns the dataset"
        yield Finding("the dataset has no owner", hint, key="owners", severity=ERROR if native else WARNING)
