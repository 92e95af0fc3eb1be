"""Fewer projects or groups may read the dataset than before.

Why it breaks
    Projects and groups without access can no longer refer to the dataset. Their builds fail, although no column
    changed.

Instead
    Keep the access as it is until the readers without access have migrated.

Example
    access: public
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from dcr.compatibility.issue import CONSUMERS
from dcr.compatibility.modes import BACKWARD
from dcr.compatibility.rule import CONTRACT, Finding, rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dcr.compatibility.pairs import ContractPair

_ACCESS_LEVELS = ("private", "protected", "public")


@rule(about=CONTRACT, modes=(BACKWARD,), breaks=CONSUMERS, impact="readers that lose access")
def access_narrowed(pair: ContractPair) -> Iterator[Finding]:
    """Yield one finding when both contracts have an access level and the proposed one is narrower."""
    if pair.both is None or pair.both[0].access is None or pair.both[1].access is None:
        return
    before, after = (contract.access for contract in pair.both)
    if before == after or after == _ACCESS_LEVELS[-1] or (before, after) == _ACCESS_LEVELS[:2]:
        return
    yield Finding(
        f"access changed from '{before}' to '{after}'", f"keep access: {before}", key="access", detail=str(after)
    )
