"""One version had two meanings on the base.

Why it breaks
    A version identifies one content. The base changed this one without a new number, so consumers, caches and catalogs
    have either meaning, and the number does not identify it.

Instead
    Write a greater version, and inform the consumers of the redefined one. No branch can undo a redefinition, so accept
    it once: `dcr accept DATASET version_redefined`. Once the base has a greater version, dcr check does not report it
    again, and only dcr audit lists it. To change a contract without a new version, accept `version_not_increasing` in
    that change; this kind then counts as accepted too.

Example
    version: "1.1.0"
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from dcr.compatibility.issue import CONSUMERS
from dcr.compatibility.rule import CONTRACT, Finding, rule
from dcr.compatibility.semver import PATCH, increase_version

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dcr.compatibility.pairs import ContractPair

_MAX_DIFFERENCES = 3


@rule(about=CONTRACT, breaks=CONSUMERS, impact="some of them have the other meaning of the version")
def version_redefined(pair: ContractPair) -> Iterator[Finding]:
    """Yield one finding when the history has another meaning of the version."""
    redefinition = pair.history.redefinition if pair.history else None
    if redefinition is None or pair.proposed is None:
        return
    former, latest = redefinition.former, redefinition.latest
    often = f" {redefinition.times} times, most recently" if redefinition.times > 1 else ""
    rest = len(redefinition.differences) - _MAX_DIFFERENCES
    differences = "; ".join(redefinition.differences[:_MAX_DIFFERENCES])
    more = f"; and {rest} more change{'s' * (rest > 1)}" if rest > 0 else ""
    message = (
        f"version '{redefinition.version}' was redefined on the base{often}: "
        f"commit {latest.short_id} ({latest.day}) changed what commit {former.short_id} ({former.day}) defines: "
        f"{differences}{more}"
    )
    yield Finding(
        message,
        _advise(redefinition.version, pair.proposed.version),
        key="version",
        detail=redefinition.version,
        against=redefinition.version,
        previous_location=redefinition.location,
    )


def _advise(redefined: str, proposed: str) -> str:
    """Return what to do; a branch cannot undo what the base did, only supersede it."""
    consumers = f"inform the consumers of '{redefined}', and accept it once"
    if proposed != redefined:
        return f"{consumers}: once the base has '{proposed}', it is not reported again"
    greater = increase_version(redefined, PATCH)
    version = f'version: "{greater}" or greater' if greater else "a new version"
    return f"write {version}, {consumers}"
