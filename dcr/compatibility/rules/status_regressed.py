"""The status of a contract went backwards.

Why it breaks
    Consumers have left an archived dataset, and they rely on an active one. A status that goes backwards misleads
    both, and the policy may treat the breaks of a draft as warnings.

Instead
    To bring an archived contract back, publish a new version or a new dataset. Keep a published contract published
    until it is deprecated.

Example
    status: active
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from dcr.compatibility.rule import CONTRACT, Finding, rule
from dcr.compatibility.severities import WARNING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dcr.compatibility.pairs import ContractPair


@rule(about=CONTRACT, severity=WARNING)
def status_regressed(pair: ContractPair) -> Iterator[Finding]:
    """Yield one finding when an archived contract is reopened, or a published one becomes a draft again."""
    if pair.both is None or pair.both[0].alias_of:
        return
    before, after = (contract.status for contract in pair.both)
    if not pair.both[0].has_status or before == after or not (before == "archived" or after == "draft"):
        return
    key = pair.both[1].section.get_key_name("status") if pair.both[1].section else "status"
    old, new = (contract.written_status for contract in pair.both)
    if old == new:  # the file has a date instead of a status
        old, new = before, after
    new_status = "none" if new is None and pair.both[1].is_changed_in_place else f"'{new or after}'"
    hint = f"keep {key}: {old or before}" if after == "draft" else "keep it archived, and publish a new dataset"
    yield Finding(f"{key} went back from '{old or before}' to {new_status}", hint, key="status", detail=after)
