"""The base's version of a contract cannot be read.

Why it breaks
    Nothing can be compared with what cannot be read. dcr compares with the last version in the base's
    history that can be, or says plainly that nothing was compared.

Instead
    Review the change by hand this once; from the next change on there is something to compare with.

Example
    git log -p -- contracts/users.yaml
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from dcr.compatibility.rule import CONTRACT, Finding, rule
from dcr.compatibility.severities import WARNING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dcr.compatibility.pairs import ContractPair


@rule(about=CONTRACT, severity=WARNING)
def previous_unreadable(pair: ContractPair) -> Iterator[Finding]:
    """Yield one finding when the base's file was a contract and could not be read."""
    fatal = [problem for problem in pair.previous_problems if problem.fatal]
    if not fatal:
        return
    where = f"line {fatal[0].location.line}: {fatal[0].message}"
    if pair.previous is not None:
        message = f"the base's version cannot be read ({where}); compared with '{pair.previous.version}' before it"
    else:
        message = f"the base's version cannot be read ({where}); nothing was compared"
    place = None if pair.proposed or pair.previous else fatal[0].location
    yield Finding(message, "review this change by hand", detail="unreadable", location=place)
