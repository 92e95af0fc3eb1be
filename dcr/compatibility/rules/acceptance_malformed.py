"""An entry of the acceptance file cannot be read, so it accepts nothing.

Why it breaks
    An entry that dcr cannot read must not accept a break.

Instead
    Write dataset, version, kind, field (for kinds about a field) and reason, without wildcards.

Example
    accepted:
      - {dataset: users.daily_active, version: "2.0.0", kind: field_removed, field: ltv, reason: moved to billing}
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from dcr.compatibility.rule import RUN, Finding, rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dcr.formats.parsed_file import Problem


@rule(about=RUN)
def acceptance_malformed(problem: Problem) -> Iterator[Finding]:
    """Yield one finding for one reason why an entry cannot be read."""
    yield Finding(problem.message, problem.hint, location=problem.location, detail=problem.message)
