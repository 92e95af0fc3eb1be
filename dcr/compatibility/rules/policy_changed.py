"""This change edits the policy that judges it.

Why it breaks
    A change could loosen its own gate. It cannot: the policy of the base holds, and where both differ the
    stricter side. Reviewers should see the edit all the same.

Instead
    Change the policy in a pull request of its own, so that it is reviewed for what it is.

Example
    dcr check --policy-from worktree
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from dcr.compatibility.rule import RUN, Finding, rule
from dcr.compatibility.severities import WARNING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dcr.parsing.location import Location


@rule(about=RUN, severity=WARNING)
def policy_changed(edit: tuple[Location, tuple[str, ...]]) -> Iterator[Finding]:
    """Yield one finding for a policy whose settings differ from the base's; `edit` is where, and which."""
    place, settings = edit
    names = ", ".join(settings)
    message = f"the policy is edited in this change ({names}); the stricter side holds"
    yield Finding(message, "change the policy in a pull request of its own", location=place, detail=names)
