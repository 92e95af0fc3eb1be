"""The contract of a dbt model is no longer enforced, although the model still exists.

Why it breaks
    dbt builds the model whatever its columns are. A removed column, or one of another type, reaches the consumers
    unnoticed, and nothing checks later changes of the model.

Instead
    Keep the contract enforced. To remove it, set a deprecation_date and keep it enforced until that date has passed.

Example
    config:
      contract: {enforced: true}
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from dcr.compatibility.issue import CONSUMERS
from dcr.compatibility.rule import CONTRACT, Finding, rule
from dcr.compatibility.semver import MAJOR

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dcr.compatibility.pairs import ContractPair

_MAX_COLUMNS = 12


@rule(about=CONTRACT, bump=MAJOR, breaks=CONSUMERS)
def contract_enforcement_removed(pair: ContractPair) -> Iterator[Finding]:
    """Yield one finding when a dataset is still defined and its contract is not enforced, though not archived."""
    if pair.previous is None or pair.proposed is not None or pair.unenforced is None:
        return
    if pair.previous.status == "archived" or any(problem.is_fatal for problem in pair.proposed_problems):
        return
    fields = [each.name for each in pair.previous.fields]
    listed = ", ".join(f"'{each}'" for each in fields[:_MAX_COLUMNS])
    more = f" and {len(fields) - _MAX_COLUMNS} more" if len(fields) > _MAX_COLUMNS else ""
    name = pair.previous.dataset_id
    how = f"contract.enforced of '{name}' was switched off"
    if not pair.unenforced.is_written:
        how = f"the contract of '{name}' was removed, and the model is still there"
    lost = f": nothing guards {'column' if len(fields) == 1 else 'columns'} {listed}{more} any more" if fields else ""
    yield Finding(
        f"{how}{lost}",
        "write contract: {enforced: true}; to give the contract up, set a deprecation_date and wait until it is over",
        key="dataset",
        location=pair.unenforced.location,
    )
