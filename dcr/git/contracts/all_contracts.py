"""Reads the contracts of one side: all of them, or those of some datasets."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from dcr.formats import read_content
from dcr.git.contracts.text_search import list_search_words
from dcr.git.sides import list_side_files, stream_side_texts
from dcr.policy.detection import is_contract, may_be_contract

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from dcr.contract.contract import Contract
    from dcr.formats.parsed_file import ParsedFile
    from dcr.git.sides import Side


def stream_contract_files(side: Side, ids: Collection[str] = ()) -> Iterator[ParsedFile]:
    """Yield the contract files of a side; with `ids`, only those that may define one of these datasets.

    Raise a `DcrError` if git fails or a file of the working tree cannot be read.
    """
    scope = side.policy.scope
    words = list_search_words(ids) if ids else []
    entries = list_side_files(side.repository, side.head)
    covered = {path: entries[path] for path in scope.filter_paths(entries)}
    for path, text in stream_side_texts(side.repository, side.head, covered):
        if words and not any(word in text for word in words):
            continue
        is_configured = scope.matches_globs(path)
        if is_configured or may_be_contract(text):
            file = read_content(path, text)
            if is_configured or is_contract(file, text):
                yield file


class FoundDataset(NamedTuple):
    """The contracts of a dataset, several if its id is a duplicate, and unreadable files that may define it.

    `ids` are its own id and those by which consumers may refer to it too: in dbt, a model without a version stands for
    its latest one.
    """

    contracts: tuple[Contract, ...]
    unreadable: tuple[ParsedFile, ...]
    ids: tuple[str, ...]


def find_dataset(side: Side, dataset_id: str) -> FoundDataset:
    """Return what the files of a side define as a dataset. Raise a `DcrError` as `stream_contract_files` does."""
    contracts: list[Contract] = []
    unreadable = []
    ids = {dataset_id: None}
    for file in stream_contract_files(side, [dataset_id]):
        for contract in file.contracts:
            if contract.dataset_id == dataset_id:
                contracts.append(contract)
                ids.update(dict.fromkeys([contract.alias_of] if contract.alias_of else []))
            elif contract.alias_of == dataset_id:
                ids[contract.dataset_id] = None
        if file.is_unreadable and file.dataset_id in (None, dataset_id):
            unreadable.append(file)
    return FoundDataset(tuple(contracts), tuple(unreadable), tuple(ids))


def list_dataset_ids(side: Side) -> list[str]:
    """Return the ids of all datasets of a side, sorted."""
    return sorted({contract.dataset_id for file in stream_contract_files(side) for contract in file.contracts})
