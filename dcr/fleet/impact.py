"""Computes whom a change of a dataset would reach in all repositories of a fleet."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from dcr.compatibility.pairs import ContractPair
from dcr.fleet.errors import create_unknown_error
from dcr.index.consumers import declares_consumers, list_uses
from dcr.index.contracts import find_contracts
from dcr.registry.impact import judge_impact
from dcr.registry.proposed_change import check_request, propose_change

if TYPE_CHECKING:
    from dcr.index.connection import OpenIndex
    from dcr.registry.impact import Impact
    from dcr.registry.proposed_change import ChangeRequest


class FleetImpact(NamedTuple):
    """What a change would do, in a repository that defines the dataset; `change` describes it in words."""

    repository: str
    change: str
    impact: Impact


class ProposedChange(NamedTuple):
    """A change of a field of a dataset, or of the dataset itself if the field is None."""

    dataset_id: str
    field: str | None
    request: ChangeRequest


def compute_fleet_impact(index: OpenIndex, proposed: ProposedChange, today: str) -> list[FleetImpact]:
    """Return what a change would do, once for each repository that defines the dataset; `today` is YYYY-MM-DD.

    Only the latest version is compared. Raise `UsageError` if the dataset or field does not exist.
    """
    check_request(proposed.request, proposed.field)
    contracts = find_contracts(index.connection, proposed.dataset_id)
    if not contracts:
        raise create_unknown_error(index, proposed.dataset_id)
    is_declared = declares_consumers(index.connection)
    found = []
    for repository, contract, policy, ids in contracts:
        change = propose_change(contract, proposed.field, proposed.request)
        uses = list_uses(index.connection, ids) if is_declared else None
        impact = judge_impact(ContractPair(contract, change.contract), contract, policy, uses, today)
        found.append(FleetImpact(repository, change.description, impact))
    return found
