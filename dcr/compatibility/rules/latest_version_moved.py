"""References without a version resolve to another version than before.

Why it breaks
    A reference without a version resolves to the latest one. When the latest version changes, queries that nobody
    edited read another version. dcr reports what differs between the two as issues of the name without a version;
    this issue alone breaks nobody.

Instead
    Keep `latest_version` on the old version until its readers have migrated or name a version. Without
    `latest_version`, a new version becomes the latest one.

Example
    latest_version: 1
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from dcr.compatibility.issue import CONSUMERS
from dcr.compatibility.modes import BACKWARD
from dcr.compatibility.rule import CONTRACT, Finding, rule
from dcr.compatibility.severities import INFO

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dcr.compatibility.pairs import ContractPair


@rule(about=CONTRACT, modes=(BACKWARD,), severity=INFO, breaks=CONSUMERS, impact="readers that name no version")
def latest_version_moved(pair: ContractPair) -> Iterator[Finding]:
    """Yield one finding when references without a version resolve to another version than before."""
    if pair.both is None or pair.is_repeated:
        return
    previous, proposed = pair.both
    if previous.alias_of is None or proposed.alias_of is None:
        return
    message = f"references without a version resolve to v{proposed.latest} instead of v{previous.latest}"
    hint = f"write latest_version: {previous.latest} until readers that name no version have migrated"
    yield Finding(message, hint, key="latest", detail=str(proposed.latest))
