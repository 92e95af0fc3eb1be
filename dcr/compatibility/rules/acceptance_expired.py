"""An acceptance has expired and no longer covers its break.

Why it breaks
    The break was accepted until a date, and that date has passed. It counts as a break again.

Instead
    Write a new date with a new reason, or undo the break.

Example
    expires: 2027-01-31
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from dcr.compatibility.rule import RUN, Finding, rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dcr.compatibility.acceptance import Acceptance


@rule(about=RUN)
def acceptance_expired(acceptance: Acceptance) -> Iterator[Finding]:
    """Yield one finding for an acceptance that has expired."""
    message = f"the acceptance of {acceptance.label} expired on {acceptance.expires}"
    hint = "write a new date and reason, or undo the break"
    yield Finding(message, hint, location=acceptance.location, detail=acceptance.label)
