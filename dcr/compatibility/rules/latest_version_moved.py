"""Readers who name no version get another one than before.

Why it breaks
    A reference without a version follows the latest one. When that moves, queries that nobody touched read
    another set of columns from one day to the next.

Instead
    Keep `latest_version` on the old one until its readers have moved or name the version they mean. A new version
    that is added without saying `latest_version` becomes the latest by itself.

Example
    latest_version: 1
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from dcr.compatibility.issue import CONSUMERS
from dcr.compatibility.modes import BACKWARD
from dcr.compatibility.rule import CONTRACT, Finding, rule
from dcr.compatibility.severities import WARNING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dcr.compatibility.pairs import ContractPair


@rule(about=CONTRACT, modes=(BACKWARD,), severity=WARNING, breaks=CONSUMERS)
def latest_version_moved(pair: ContractPair) -> Iterator[Finding]:
    """Yield one finding when the previous contract was the latest version and another one is now."""
    if pair.both is None:
        return
    previous, proposed = pair.both
    if previous.latest is None or previous.latest != previous.version or proposed.latest in (None, previous.latest):
        return
    message = f"references without a version now mean v{proposed.latest}, and meant v{previous.latest}"
    hint = f"write latest_version: {previous.latest} until those who name no version have moved"
    yield Finding(message, hint, key="latest", detail=str(proposed.latest))
