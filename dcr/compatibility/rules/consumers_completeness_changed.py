"""A contract declares its consumers complete, or no longer does.

Why it breaks
    It breaks nobody. With `breaking = "declared"` in the policy's table `[consumers]`, later breaks of a dataset with
    complete consumers are only warnings if no declared consumer uses what breaks.

Instead
    Keep the mark only while every consumer is declared. docs/consumers.md describes how to declare one.

Example
    x-consumers: complete
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from dcr.compatibility.rule import CONTRACT, Finding, rule
from dcr.compatibility.severities import INFO
from dcr.contract.contract import COMPLETENESS_KEY

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dcr.compatibility.pairs import ContractPair


@rule(about=CONTRACT, severity=INFO)
def consumers_completeness_changed(pair: ContractPair) -> Iterator[Finding]:
    """Yield one finding when only one of both contracts declares its consumers complete."""
    if pair.both is None or pair.both[0].consumers_complete == pair.both[1].consumers_complete:
        return
    if pair.both[1].consumers_complete:
        message = "the contract now declares its consumers complete"
        hint = "declare each consumer: the policy may treat breaks that reach none of them as warnings"
    else:
        message = "the contract no longer declares its consumers complete"
        hint = "from now on its breaks are errors, whether or not a declared consumer uses what breaks"
    yield Finding(message, hint, key=COMPLETENESS_KEY, detail="added" if pair.both[1].consumers_complete else "removed")
