"""Lists the issues of a dataset id that several files define."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dcr.compatibility.engine import run_rules
from dcr.compatibility.pairs import ContractPair
from dcr.contract.contract import Contract
from dcr.policy.policy_application import apply_policy

if TYPE_CHECKING:
    from dcr.compatibility.issue import Issue
    from dcr.linting.findings import FoundDataset
    from dcr.parsing.location import Location
    from dcr.policy.policy import StricterPolicy


def list_duplicate_issues(
    dataset: FoundDataset, others: tuple[Location, ...], policy: StricterPolicy
) -> tuple[Issue, ...]:
    """Return the issues of one of several definitions of a dataset id, as the policy adjusts them."""
    pair = ContractPair(None, Contract(dataset.dataset_id, dataset.version, ()), duplicates=others)
    return tuple(
        issue._replace(location=dataset.location)
        for issue in apply_policy(run_rules(pair, "none"), pair, policy, (), "")
        if issue.kind == "dataset_id_duplicated"
    )
