"""The version grew by less than the change owes.

Why it breaks
    People and tools decide by the version number whether they have to look. A break owes MAJOR, an addition
    MINOR, everything else PATCH; a break under a smaller number reaches readers who were told it is safe. Where
    less than MAJOR is owed, this is a warning.

Instead
    Write the version that the hint names. A MAJOR version says what the change is; it does not by itself let
    a break through.

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
    """Yield one finding when the version grew, but by too little: an error when MAJOR is owed, else a warning."""
    if pair.versions is None or not pair.needs_bump or pair.versions[1].is_changed_in_place:
        return
    previous, proposed = pair.versions
    taken = compute_bump(previous.version, proposed.version)
    if taken is None or proposed.version == previous.version or is_at_least(taken, pair.required_bump):
        return
    message = (
        f"version went from '{previous.version}' to '{proposed.version}' ({taken.upper()}), "
        f"and the change owes {pair.required_bump.upper()}"
    )
    hint = f'write version: "{increase_version(previous.version, pair.required_bump)}"'
    severity = ERROR if pair.required_bump == MAJOR else WARNING
    yield Finding(message, hint, key="version", detail=pair.required_bump, severity=severity)
