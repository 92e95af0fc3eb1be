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
    """Yield one finding for a policy that differs from the base's; `edit` is its location and the changed settings."""
    location, settings = edit
    names = ", ".join(settings)
    message = f"this change edits the policy ({names}); the stricter setting applies"
    yield Finding(message, "change the policy in a separate pull request", location=location, detail=names)
