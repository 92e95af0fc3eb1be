"""The contract changed and its version did not grow.

Why it breaks
    A version names one content. Readers, caches and catalogues that know this version would hold something
    else than what it now says.

Instead
    Write the version that the change owes; the hint names it. `status` and `deprecation_uri` may change
    without a new version.

Example
    version: "1.1.0"
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from dcr.compatibility.rule import CONTRACT, Finding, rule
from dcr.compatibility.semver import bumped, parse

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dcr.compatibility.pairs import ContractPair


@rule(about=CONTRACT)
def version_not_increasing(pair: ContractPair) -> Iterator[Finding]:
    """Yield one finding when the content differs and the version is the same or smaller, or went down alone."""
    if pair.both is None or pair.both[1].in_place:
        return
    previous, proposed = pair.both
    before, after = parse(previous.version), parse(proposed.version)
    if before is None or after is None:
        grows = previous.version != proposed.version or not pair.changed
    else:
        grows = after > before or (after == before and not pair.changed)
    if grows:
        return
    what = "is still" if proposed.version == previous.version else f"went from '{previous.version}' down to"
    why = "and the contract changed" if pair.changed else "and nothing else changed"
    owed = bumped(previous.version, pair.required_bump)
    hint = (
        f'write version: "{owed}" ({pair.required_bump.upper()})' if owed and pair.changed else "give it a new version"
    )
    if not pair.changed:
        hint = f'write version: "{previous.version}"'
    yield Finding(f"version {what} '{proposed.version}' {why}", hint, key="version", detail=proposed.version)
