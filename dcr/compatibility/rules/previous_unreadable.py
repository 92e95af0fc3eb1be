"""A previous version of the contract cannot be read.

Why it breaks
    dcr cannot compare with a version that it cannot read. It compares with the last readable version in the base's
    history, or reports that nothing was compared.

Instead
    Review this change by hand. dcr can compare the next change.

Example
    git log -p -- contracts/users.yaml
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from dcr.compatibility.rule import CONTRACT, Finding, rule
from dcr.compatibility.severities import WARNING
from dcr.compatibility.wording import MAX_LISTED

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dcr.compatibility.pairs import ContractPair


@rule(about=CONTRACT, severity=WARNING)
def previous_unreadable(pair: ContractPair) -> Iterator[Finding]:
    """Yield one finding when the base's contract cannot be read, and one for unreadable older versions."""
    if pair.history and pair.history.unreadable_versions:
        unread = pair.history.unreadable_versions
        rest = len(unread) - MAX_LISTED
        versions = "; ".join(unread[:MAX_LISTED]) + (f"; and {rest} more" if rest > 0 else "")
        yield Finding(
            f"some versions in the history cannot be read and were skipped: {versions}",
            "compare with these versions by hand",
            detail="history",
        )
    fatal = [problem for problem in pair.previous_problems if problem.is_fatal]
    if not fatal:
        return
    compared = (
        f"compared with '{pair.previous.version}', the last readable one" if pair.previous else "nothing was compared"
    )
    message = f"the base's version cannot be read (line {fatal[0].location.line}: {fatal[0].message}); {compared}"
    location = None if pair.proposed or pair.previous else fatal[0].location
    yield Finding(message, "review this change by hand", detail="unreadable", location=location)
