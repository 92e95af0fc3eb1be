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
    """Yield one finding when the base's file was a contract and could not be read, and one for those before it."""
    if pair.history and pair.history.unreadable_versions:
        unread = pair.history.unreadable_versions
        rest = len(unread) - MAX_LISTED
        told = "; ".join(unread[:MAX_LISTED]) + (f"; and {rest} more" if rest > 0 else "")
        yield Finding(
            f"not all of the history can be read, and was passed over: {told}",
            "compare with what stood there by hand",
            detail="history",
        )
    fatal = [problem for problem in pair.previous_problems if problem.is_fatal]
    if not fatal:
        return
    where = f"line {fatal[0].location.line}: {fatal[0].message}"
    if pair.previous is not None:
        message = f"the base's version cannot be read ({where}); compared with '{pair.previous.version}' before it"
    else:
        message = f"the base's version cannot be read ({where}); nothing was compared"
    place = None if pair.proposed or pair.previous else fatal[0].location
    yield Finding(message, "review this change by hand", detail="unreadable", location=place)
