"""A file that should be a contract is not a valid one.

Why it breaks
    A file that cannot be read cannot be compared, and consumers cannot rely on it. Each cause is reported with
    its line.

Instead
    Fix what the messages name. `dcr lint` lists every cause without a comparison; `dcr schema contract`
    prints the JSON Schema for your editor.

Example
    dataset_id: users.daily_active
    version: "1.0.0"
    owners: [{team: growth-platform}]
    fields: [{name: user_id, type: string}]
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from dcr.compatibility.rule import CONTRACT, Finding, rule
from dcr.compatibility.wording import number_problems

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dcr.compatibility.pairs import ContractPair


@rule(about=CONTRACT)
def contract_invalid(pair: ContractPair) -> Iterator[Finding]:
    """Yield one finding for each error in the proposed file."""
    for problem, detail in number_problems([problem for problem in pair.proposed_problems if problem.is_fatal]):
        yield Finding(problem.message, problem.hint, detail=detail, location=problem.location)
