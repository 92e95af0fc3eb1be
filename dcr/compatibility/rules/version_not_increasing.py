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
    """Yield one finding when the content changed without a greater version, or only the version decreased."""
    if pair.versions is None or pair.versions[1].is_changed_in_place:
        return
    previous, proposed = pair.versions
    before, after = parse_version(previous.version), parse_version(proposed.version)
    if before is None or after is None:
        increases = previous.version != proposed.version or not pair.needs_bump
    else:
        increases = after > before or (after == before and not pair.needs_bump)
    if increases:
        return
    message = f"version decreased from '{previous.version}' to '{proposed.version}', and nothing else changed"
    hint = f'write version: "{previous.version}"'
    if pair.needs_bump:
        required = increase_version(previous.version, pair.required_bump)
        message = _describe_missing_bump(pair, required)
        hint = f'write version: "{required}"' if required else "write a new version"
    location = proposed.section.locate("version") if proposed.section else None
    yield Finding(message, hint, key="version", detail=proposed.version, location=location)


def _describe_missing_bump(pair: ContractPair, required: str | None) -> str:
    previous, proposed = (contract.version for contract in pair.versions or ())
    message = f"a {pair.required_bump.upper()} version bump is required"
    if required:
        message += f" ({previous} → {required})"
    message += f", found none (still {proposed})" if previous == proposed else f", found a lower version ({proposed})"
    if pair.shared_version is None:
        return message
    contract = pair.proposed or pair.previous
    dataset_id = contract.dataset_id if contract else ""
    return f"{message}: dataset '{dataset_id}' was {'added to' if pair.proposed else 'removed from'} the file"
