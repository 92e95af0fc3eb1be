"""This change edits the policy that it is checked with.

Why it breaks
    A change must not relax its own check. dcr uses the base's policy and, where the two differ, the stricter setting.
    Reviewers should still see the edit.

Instead
    Change the policy in a separate pull request, so that it gets its own review.

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
