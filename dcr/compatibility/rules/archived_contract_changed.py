"""An archived contract was edited.

Why it breaks
    Archived means: this is how it was. Whoever looks the version up later must find what was promised then.

Instead
    Leave it as it is. A dataset that lives again is a new one.

Example
    status: archived
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from dcr.compatibility.rule import CONTRACT, Finding, rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dcr.compatibility.pairs import ContractPair


@rule(about=CONTRACT)
def archived_contract_changed(pair: ContractPair) -> Iterator[Finding]:
    """Yield one finding when the previous contract was archived and its content or version differs."""
    if pair.both is None or pair.both[0].alias_of or pair.both[0].status != "archived":
        return
    previous, proposed = pair.both
    revived = proposed.status != "archived" and not pair.is_changed  # which is said as that
    if pair.is_changed or (previous.version != proposed.version and not revived):
        yield Finding("an archived contract was changed", "undo the edit, or publish a new dataset", key="status")
