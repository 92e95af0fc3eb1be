"""Finds the declared uses of datasets, in the proposed version, at the merge base and at the base's tip.

A declaration counts wherever it is, so that a change cannot remove the one that it breaks.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from dcr.consumers.consumer import UNKNOWN_READS, Consumer, DeclaredUse, ParsedConsumers, Use
from dcr.consumers.dataset_index import DatasetIndex
from dcr.consumers.dbt_projects import DbtProjects
from dcr.consumers.readers import UNREADABLE, read_consumers
from dcr.formats.parsed_file import Problem
from dcr.git.consumers.model_properties import DeclaredConsumer, add_model_properties
from dcr.git.consumers.source_files import FileVersion, read_projects, read_unchanged, read_versions
from dcr.git.consumers.sources import Source, list_sources
from dcr.git.proposed_contents import UNMERGED
from dcr.parsing.location import Location, SourceNode

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from dcr.consumers.dataset_index import SearchedDataset
    from dcr.git.consumers.search import ConsumerSearch

DeclaredUses = dict[str, tuple[DeclaredUse, ...]]
"""The declared uses of datasets by dataset id; those of the proposed version come first."""

UNKNOWN_USE = DeclaredUse(Consumer("", (), (), source="unknown"), Use("", until="0001-01-01"))
"""Stands for the uses of a dataset in other repositories if these are unknown. It is over, so nothing reaches it."""


class ConsumerFile(NamedTuple):
    """A file that may declare consumers; `commit` is the merge base if the proposed version lacks the file's text.

    `text` is None for a conflict.
    """

    parsed: ParsedConsumers
    text: bytes | None
    commit: str = ""


def find_declared_uses(search: ConsumerSearch, datasets: Sequence[SearchedDataset]) -> DeclaredUses | None:
    """Return the declared uses of some datasets, or None if the repository declares no consumers.

    A file that mentions a dataset and cannot be read counts as a use of all of it. Raise a `DcrError` if git fails.
    """
    projects = read_projects(search) if any(dataset.model_names for dataset in datasets) else DbtProjects()
    sources = [
        source for source in list_sources(search.scope, search.contract_scope, projects, datasets) if source.words
    ]
    versions = [(source, list(read_versions(search, source, source.list_search_words()))) for source in sources]
    files = [
        (source, _read_version(version))
        for source, source_versions in versions
        for version in source_versions
        if source.may_mention(version.path, version.text)
    ]
    index = DatasetIndex(datasets, projects)
    consumers = [
        DeclaredConsumer(consumer, file.commit)
        for _, file in files
        for consumer in file.parsed.consumers
        if index.is_used_by(consumer)
    ]
    uses: dict[str, list[DeclaredUse]] = {dataset.dataset_id: [] for dataset in datasets}
    for consumer, commit in add_model_properties(search, projects, consumers):
        for use in index.list_uses(consumer):
            uses[use.dataset_id].append(DeclaredUse(consumer, use, commit))
    for source, file in files:
        if any(problem.is_fatal for problem in file.parsed.problems):
            for declared in list_possible_uses(file, source.list_mentioned(file.text)):
                uses[declared.use.dataset_id].append(declared)
    if not any(uses.values()) and not _declares_consumers(search, versions):
        return None
    return {dataset_id: tuple(found) for dataset_id, found in uses.items()}


def _read_version(version: FileVersion) -> ConsumerFile:
    if version.text is not None:
        return ConsumerFile(read_consumers(version.path, version.text), version.text, version.commit)
    problem = Problem(Location(version.path), f"the file is {UNMERGED}")
    return ConsumerFile(ParsedConsumers(version.path, UNREADABLE, problems=(problem,)), None, version.commit)


def list_possible_uses(file: ConsumerFile, ids: Iterable[str]) -> Iterator[DeclaredUse]:
    """Yield a use of each dataset that an unreadable file may mention."""
    path = file.parsed.path
    unknown = Consumer(path, (), (), source=UNREADABLE, section=SourceNode(path, None))
    for dataset_id in ids:
        yield DeclaredUse(unknown, Use(dataset_id, reads=UNKNOWN_READS), file.commit)


def _declares_consumers(search: ConsumerSearch, versions: Iterable[tuple[Source, Sequence[FileVersion]]]) -> bool:
    """Return whether a file declares a consumer of any dataset; models and contracts exist for other reasons."""
    for source, source_versions in versions:
        if source.own_keys:
            texts = [(version.path, version.text) for version in source_versions if version.text is not None]
            if any(read_consumers(path, text).consumers for path, text in texts):
                return True
            others = read_unchanged(search, source, source.own_keys)
            if any(read_consumers(path, text).consumers for path, text in others.items()):
                return True
    return False
