"""Finds the uses of a dataset in all repositories of a fleet."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dcr.fleet.errors import create_unknown_error
from dcr.index.consumers import list_uses
from dcr.index.contracts import find_contracts
from dcr.index.queries import list_dataset_ids

if TYPE_CHECKING:
    from dcr.consumers.consumer import DeclaredUse
    from dcr.index.connection import OpenIndex


def find_uses(index: OpenIndex, dataset_id: str | None) -> list[DeclaredUse]:
    """Return the uses of a dataset by all its ids, or of all datasets without an id.

    Raise `UsageError` if neither a repository defines the dataset nor a consumer uses it.
    """
    if dataset_id is None:
        return list_uses(index.connection)
    contracts = find_contracts(index.connection, dataset_id)
    ids = dict.fromkeys([dataset_id, *(each for contract in contracts for each in contract.ids)])
    uses = list_uses(index.connection, tuple(ids))
    if not uses and not contracts and dataset_id not in list_dataset_ids(index.connection):
        raise create_unknown_error(index, dataset_id)
    return uses
