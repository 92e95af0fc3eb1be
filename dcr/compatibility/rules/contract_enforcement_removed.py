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


@rule(about=CONTRACT, bump=MAJOR, breaks=CONSUMERS, impact="readers that rely on the enforced contract")
def contract_enforcement_removed(pair: ContractPair) -> Iterator[Finding]:
    """Yield one finding when a dataset still exists, is not archived, and its contract is no longer enforced."""
    if pair.previous is None or pair.proposed is not None or pair.unenforced is None:
        return
    if pair.previous.status == "archived" or any(problem.is_fatal for problem in pair.proposed_problems):
        return
    names = [field.name for field in pair.previous.fields]
    columns = ", ".join(f"'{name}'" for name in names[:_MAX_COLUMNS])
    if len(names) > _MAX_COLUMNS:
        columns += f" and {len(names) - _MAX_COLUMNS} more"
    change = f"contract.enforced of '{pair.previous.dataset_id}' was switched off"
    if not pair.unenforced.is_written:
        change = f"the contract of '{pair.previous.dataset_id}' was removed, but the model still exists"
    effect = (
        f": column{'s' * (len(names) > 1)} {columns} {'are' if len(names) > 1 else 'is'} no longer checked"
        if names
        else ""
    )
    yield Finding(
        f"{change}{effect}",
        "write contract: {enforced: true}; to remove the contract, set a deprecation_date and wait until it has passed",
        key="dataset",
        location=pair.unenforced.location,
    )
