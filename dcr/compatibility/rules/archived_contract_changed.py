"""An archived contract was changed.

Why it breaks
    An archived contract records what was promised when it was published. Readers who look it up later must find
    exactly that.

Instead
    Undo the change. To bring a dataset back, publish it as a new dataset.

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
    reopened = proposed.status != "archived" and not pair.is_changed  # status_regressed reports it
    if pair.is_changed or (previous.version != proposed.version and not reopened):
        yield Finding("an archived contract was changed", "undo the change, or publish a new dataset", key="status")
