"""A dbt model is no longer a table, so the database no longer enforces its constraints.

Why it breaks
    dbt creates the constraints of a model with its table, and a view has none. The file still lists them, but rows
    that violate them reach the consumers.

Instead
    Keep the model a table, or add a data test for each constraint before it becomes a view.

Example
    config:
      materialized: table
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from dcr.compatibility.issue import CONSUMERS
from dcr.compatibility.modes import BACKWARD
from dcr.compatibility.rule import CONTRACT, Finding, rule
from dcr.compatibility.severities import WARNING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dcr.compatibility.pairs import ContractPair

_ENFORCING = ("table", "incremental")
_NOT_ENFORCING = ("view", "materialized_view", "ephemeral")


@rule(
    about=CONTRACT, modes=(BACKWARD,), severity=WARNING, breaks=CONSUMERS, impact="readers that rely on the constraint"
)
def constraint_enforcement_removed(pair: ContractPair) -> Iterator[Finding]:
    """Yield one finding when a table with constraints becomes a view; its message lists the constraints."""
    if pair.both is None or pair.both[0].terms is None or pair.both[1].terms is None:
        return
    before, after = pair.both[0].terms, pair.both[1].terms
    kept = [constraint for constraint in before.constraints if constraint in after.constraints]
    if before.materialized not in _ENFORCING or after.materialized not in _NOT_ENFORCING or not kept:
        return
    constraints = ", ".join(name + (f" of {', '.join(fields)}" if fields else "") for name, fields in kept)
    yield Finding(
        f"materialized changed from '{before.materialized}' to '{after.materialized}': "
        f"the database no longer enforces {constraints}",
        f"keep materialized: {before.materialized}, or add a data test for each constraint",
        key="materialized",
        location=pair.both[1].fields_section.locate("materialized") if pair.both[1].fields_section else None,
        previous_location=pair.both[0].fields_section.locate("materialized") if pair.both[0].fields_section else None,
    )
