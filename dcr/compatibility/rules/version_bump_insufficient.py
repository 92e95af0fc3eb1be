"""The version bump is smaller than the change requires.

Why it breaks
    People and tools use the version number to decide whether to review a change. A break requires a MAJOR bump, an
    addition a MINOR one, any other change a PATCH. A break under a smaller bump reaches readers who take it for safe.
    If less than MAJOR is required, this is a warning.

Instead
    Write the version that the hint names. A MAJOR bump declares a break; it does not accept it.

Example
    version: "2.0.0"
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from dcr.compatibility.rule import CONTRACT, Finding, rule
from dcr.compatibility.semver import MAJOR, compute_bump, increase_version, is_at_least
from dcr.compatibility.severities import ERROR, WARNING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dcr.compatibility.pairs import ContractPair


@rule(about=CONTRACT)
def version_bump_insufficient(pair: ContractPair) -> Iterator[Finding]:
    """Yield one finding when the version bump is too small: an error if MAJOR is required, else a warning."""
    if pair.versions is None or not pair.needs_bump or pair.versions[1].is_changed_in_place:
        return
    previous, proposed = pair.versions
    actual_bump = compute_bump(previous.version, proposed.version)
    if actual_bump is None or proposed.version == previous.version or is_at_least(actual_bump, pair.required_bump):
        return
    required = increase_version(previous.version, pair.required_bump)
    message = (
        f"a {pair.required_bump.upper()} version bump is required ({previous.version} → {required}), "
        f"found {actual_bump.upper()} ({proposed.version})"
    )
    hint = f'write version: "{required}"'
    severity = ERROR if pair.required_bump == MAJOR else WARNING
    yield Finding(message, hint, key="version", detail=pair.required_bump, severity=severity)
