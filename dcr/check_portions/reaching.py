"""Holds the datasets of verdicts that may reach consumers, without their files, until all portions are judged."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

from dcr.consumers.dataset_index import SearchedDataset
from dcr.git.consumers.impact import list_searched_datasets
from dcr.parsing.location import SourceNode

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from dcr.compatibility.pair_verdict import MatchVerdict
    from dcr.contract.contract import Contract


class ReachingDataset(NamedTuple):
    """A dataset that consumers may use, the files of its match, and the key by which its report is sorted."""

    dataset: SearchedDataset
    paths: frozenset[str]
    sort_key: tuple[str, str]


def list_reaching(verdicts: Iterable[MatchVerdict]) -> Iterator[ReachingDataset]:
    """Yield the datasets of verdicts that may reach consumers, with what a search for consumers needs of them."""
    for match in (verdict.match for verdict in verdicts if verdict.may_reach_consumers):
        for dataset_id, contracts in list_searched_datasets(match):
            dataset = SearchedDataset(dataset_id, tuple(map(_without_file, contracts)))
            yield ReachingDataset(dataset, frozenset(match.paths), (match.path, match.dataset_id or ""))


def _without_file(contract: Contract) -> Contract:
    """Return a contract with its path and its part of an ODCS file: only there do references name single fields."""
    part = contract.dataset_section if contract.format == "odcs" else None
    return replace(contract, fields=(), section=SourceNode(contract.path, None), dataset_section=part, terms=None)
