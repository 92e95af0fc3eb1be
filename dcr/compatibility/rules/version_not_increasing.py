"""The contract changed and its version did not increase.

Why it breaks
    A version identifies one content. Readers, caches and catalogs that have stored this version would hold other
    content than the contract has now.

Instead
    Write the version that the hint names. `status` and `deprecation_uri` may change without a new version.

Example
    version: "1.1.0"
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from dcr.compatibility.rule import CONTRACT, Finding, rule
from dcr.compatibility.semver import increase_version, parse_version

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dcr.compatibility.pairs import ContractPair


@rule(about=CONTRACT)
def version_not_increasing(pair: ContractPair) -> Iterator[Finding]:
    """Yield one finding when the content differs and the version is the same or smaller, or went down alone."""
    if pair.versions is None or pair.versions[1].is_changed_in_place:
        return
    previous, proposed = pair.versions
    before, after = parse_version(previous.version), parse_version(proposed.version)
    if before is None or after is None:
        grows = previous.version != proposed.version or not pair.needs_bump
    else:
        grows = after > before or (after == before and not pair.needs_bump)
    if grows:
        return
    what = "is still" if proposed.version == previous.version else f"went from '{previous.version}' down to"
    message = f"version {what} '{proposed.version}' {_describe_change(pair)}"
    hint = f'write version: "{previous.version}"'
    if pair.needs_bump:
        owed = increase_version(previous.version, pair.required_bump)
        message += f": {pair.required_bump.upper()} is owed"
        hint = f'write version: "{owed}"' if owed else "give it a new version"
    place = proposed.section.locate("version") if proposed.section else None
    yield Finding(message, hint, key="version", detail=proposed.version, location=place)


def _describe_change(pair: ContractPair) -> str:
    if pair.shared_version is None:
        return "and the contract changed" if pair.needs_bump else "and nothing else changed"
    alone = pair.proposed or pair.previous
    name = alone.dataset_id if alone else ""
    return f"and its file {'got' if pair.proposed else 'lost'} the dataset '{name}'"
