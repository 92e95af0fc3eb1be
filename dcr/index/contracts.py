"""Reads the latest contracts of datasets from the files in the index."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from sqlalchemy import select

from dcr.consumers.dataset_index import SearchedDataset
from dcr.formats import read_content
from dcr.index import schema
from dcr.index.facts import CONTRACT_FILE
from dcr.index.queries import fetch
from dcr.index.records import REMOVED
from dcr.index.stored_uses import load_policy

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from dcr.contract.contract import Contract
    from dcr.policy.policy import Policy


class StoredContract(NamedTuple):
    """The latest contract of a dataset in a repository, with the policy there.

    `ids` are the ids by which consumers may refer to it.
    """

    repository: str
    contract: Contract
    policy: Policy
    ids: tuple[str, ...]


def find_contracts(connection: Connection, dataset_id: str) -> list[StoredContract]:
    """Return the contract of a dataset in each repository that defines it, by the name of the repository."""
    datasets, files, repositories = schema.datasets, schema.files, schema.repositories
    is_file = (
        (files.c.repository_id == datasets.c.repository_id)
        & (files.c.path == datasets.c.path)
        & (files.c.purpose == CONTRACT_FILE)
    )
    query = (
        select(repositories.c.name, repositories.c.policy, files.c.path, files.c.text)
        .join_from(datasets, repositories)
        .join(files, is_file)
        .where(datasets.c.dataset_id == dataset_id, datasets.c.status != REMOVED)
        .order_by(repositories.c.name)
    )
    found = []
    for repository, policy, path, text in fetch(connection, query):
        ids = {dataset_id: None}
        contract = None
        for each in read_content(path, text).contracts:
            if each.dataset_id == dataset_id:
                contract = contract or each
                ids.update(dict.fromkeys([each.alias_of] if each.alias_of else []))
            elif each.alias_of == dataset_id:
                ids[each.dataset_id] = None
        if contract is not None:
            contract_id = SearchedDataset(dataset_id, (contract,)).contract_id
            ids.update(dict.fromkeys([contract_id] if contract_id else []))
            found.append(StoredContract(repository, contract, load_policy(policy), tuple(ids)))
    return found
