"""The version of a contract in a foreign format is not MAJOR.MINOR.PATCH.

Why it breaks
    Without MAJOR.MINOR.PATCH, nobody knows which of two versions is newer or how much changed. dcr then checks
    only whether the version is a different one.

Instead
    Use three numbers in the contract's version.

Example
    version: 1.4.0
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from dcr.compatibility.rule import CONTRACT, Finding, rule
from dcr.compatibility.semver import parse_version
from dcr.compatibility.severities import WARNING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dcr.compatibility.pairs import ContractPair


@rule(about=CONTRACT, severity=WARNING)
def version_not_semver(pair: ContractPair) -> Iterator[Finding]:
    """Yield one finding when the proposed version is not MAJOR.MINOR.PATCH and the contract is new or changed."""
    proposed = pair.proposed
    if (
        proposed is None
        or proposed.is_changed_in_place
        or parse_version(proposed.version) is not None
        or pair.is_unchanged
    ):
        return
    if proposed.version:
        message = f"version '{proposed.version}' is not MAJOR.MINOR.PATCH: dcr only checks whether it differs"
    else:
        message = "the contract has no version, so dcr cannot check its bump"
    yield Finding(message, "write three numbers, such as 1.4.0", key="version", detail=proposed.version)
