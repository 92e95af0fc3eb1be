"""The base already contains this version with other content.

Why it breaks
    Two branches used the same version number. Once both are merged, one version has two contents, and readers of the
    first one have a contract that no longer exists.

Instead
    Merge the base or rebase onto it, and use the next free version.

Example
    version: "1.3.0"
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from dcr.compatibility.rule import CONTRACT, Finding, rule
from dcr.compatibility.semver import PATCH, compute_bump, increase_version
from dcr.contract.contract import build_comparison_key

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dcr.compatibility.pairs import ContractPair


@rule(about=CONTRACT)
def version_already_published(pair: ContractPair) -> Iterator[Finding]:
    """Yield one finding when the base's newest contract has the proposed version with other content."""
    published, proposed = pair.published, pair.proposed
    if published is None or proposed is None or proposed.is_changed_in_place or published.version != proposed.version:
        return
    if pair.previous and pair.previous.version == proposed.version:
        return  # version_not_increasing reports it
    if build_comparison_key(published) == build_comparison_key(proposed):
        return
    bump = compute_bump(pair.previous.version, proposed.version) if pair.previous else None
    free = increase_version(published.version, bump if bump and bump != "none" else PATCH)
    version = f'version: "{free}"' if free else "a new version"
    hint = f"merge the base into this branch and write {version}"
    message = f"version '{proposed.version}' is already published on the base with other content"
    yield Finding(message, hint, key="version", detail=proposed.version)
