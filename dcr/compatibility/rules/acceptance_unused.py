"""An acceptance that this change adds matches no issue.

Why it breaks
    A value in the entry may be misspelled, so that the break it is meant for is not accepted. Or the entry would
    accept a later break that nobody has reviewed.

Instead
    Copy dataset, version, kind and field from the report, or remove the entry.

Example
    accepted:
      - {dataset: users.daily_active, version: "2.0.0", kind: field_removed, field: ltv, reason: moved to billing}
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from dcr.compatibility.rule import RUN, Finding, rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dcr.compatibility.acceptance import Acceptance


@rule(about=RUN)
def acceptance_unused(acceptance: Acceptance) -> Iterator[Finding]:
    """Yield one finding for a new acceptance that matches no issue."""
    message = f"the acceptance of {acceptance.label} matches no issue"
    hint = "copy dataset, version, kind and field from the report, or remove the entry"
    yield Finding(message, hint, location=acceptance.location, detail=acceptance.label)
