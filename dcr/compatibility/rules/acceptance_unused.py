"""An acceptance that this change adds accepts no issue.

Why it breaks
    A value in the entry may be misspelled, so that the break it is meant for is not accepted. Or the entry would
    accept a later break that nobody has reviewed. An acceptance in another folder than the policy requires has no
    effect either.

Instead
    Copy dataset, version, kind and field from the report, or remove the entry.

Example
    accepted:
      - {dataset: users.daily_active, version: "2.0.0", kind: field_removed, field: ltv, reason: moved to billing}
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from dcr.compatibility.rule import RUN, Finding, rule
from dcr.compatibility.severities import WARNING
from dcr.parsing.location import Location

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dcr.compatibility.acceptance import Acceptance


@rule(about=RUN)
def acceptance_unused(acceptance: Acceptance | Location) -> Iterator[Finding]:
    """Yield one finding for a new acceptance that accepts no issue, or for a changed file that the policy ignores."""
    if isinstance(acceptance, Location):
        message = "acceptances in this folder have no effect"
        hint = (
            f'move them to {acceptance.path.rpartition("/")[2]} at the root, or set [consumers] accept_by = "consumers"'
        )
        yield Finding(message, hint, severity=WARNING, location=acceptance, detail=acceptance.path)
        return
    if acceptance.is_elsewhere:
        message = f"the acceptance of {acceptance.label} is not in the folder of a consumer that it reaches"
        hint = "move the entry to the files that the issue names: the policy requires an acceptance by each consumer"
        yield Finding(message, hint, location=acceptance.location, detail=acceptance.label)
        return
    message = f"the acceptance of {acceptance.label} matches no issue"
    hint = "copy dataset, version, kind and field from the report, or remove the entry"
    yield Finding(message, hint, location=acceptance.location, detail=acceptance.label)
