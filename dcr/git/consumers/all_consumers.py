"""Reads all declared consumers of a commit, of the index or of the working tree."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, NamedTuple

from dcr.consumers.consumer import pin_locations
from dcr.consumers.dataset_index import DatasetIndex, SearchedDataset
from dcr.consumers.dbt_projects import CODE_SUFFIXES, DbtProjects, read_project
from dcr.consumers.declaration_paths import PROPERTY_SUFFIXES, is_project_file
from dcr.consumers.readers import read_consumers
from dcr.consumers.targets import ContractTarget, FileTarget, ModelTarget
from dcr.git.consumers.declared_uses import ConsumerFile
from dcr.git.consumers.sources import list_sources
from dcr.git.contracts.all_contracts import stream_contract_files
from dcr.git.sides import Side, list_side_files, stream_side_texts

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from dcr.consumers.consumer import Consumer, ParsedConsumers, Use
    from dcr.consumers.readers._dbt.properties import Properties
    from dcr.git.consumers.sources import Source
    from dcr.git.repository import Repository
    from dcr.policy.policy import Policy

_PropertiesByFile = dict[tuple[str | None, str], "Properties"]
"""The properties of dbt models by the folder of their project and the name of their file."""

_NO_PROPERTIES: Mapping[str, Properties] = MappingProxyType({})

_FORMATS = {ModelTarget: "dbt", FileTarget: "odcs"}
"""The format of the datasets that a kind of target may mean; others may mean datasets of any format."""


def read_all_consumers(repository: Repository, head: str, policy: Policy) -> tuple[ParsedConsumers, ...]:
    """Return the files that declare consumers, sorted by path, without their trees.

    `head` is `worktree`, `index` or a commit id, and the policy is the one to apply there. Raise a `DcrError` if git
    fails or a file of the working tree cannot be read.
    """
    files = [pin_locations(file.parsed) for file in stream_consumer_files(repository, head, policy)]
    return tuple(sorted(files, key=lambda file: (file.path, file.format)))


class FileKey(NamedTuple):
    """What determines the declarations of a file: its path and text, and how it is read."""

    path: str
    oid: str
    keys: tuple[bytes, ...]
    has_properties: bool


class FileContent(NamedTuple):
    """What a file declares: consumers, and properties of dbt models by the names of their files."""

    file: ConsumerFile | None
    properties: Mapping[str, Properties]


def stream_consumer_files(
    repository: Repository,
    head: str,
    policy: Policy,
    known: dict[FileKey, FileContent] | None = None,
    *,
    of_other_repositories: bool = False,
) -> Iterator[ConsumerFile]:
    """Yield the files that declare consumers, or are meant to, as `read_all_consumers` selects them.

    Uses in other formats have the ids of their datasets. Those of datasets without a contract are left out. With
    `of_other_repositories`, a contract or a model of another dbt project that is not in this repository is kept: the
    use has the id that is written. `known` are files of another commit, which are not read again. At the end they are
    replaced by those of this commit.
    """
    side = Side(repository, head, head, policy)
    entries = list_side_files(repository, head)
    projects = _read_projects(side, entries)
    sources = list_sources(policy.consumers.scope, policy.scope, projects)
    covered = {path: source for source in reversed(sources) for path in entries if source.covers(path)}
    read: dict[FileKey, FileContent] = {}
    properties: dict[str, Mapping[str, Properties]] = {}
    foreign: list[ConsumerFile] = []
    for key, content in _read_files(side, projects, covered, entries, known or {}):
        if known is not None:
            read[key] = _reduce(content)
        if content.properties:
            properties[key.path] = content.properties
        file = content.file
        if file is not None and any(use.target for consumer in file.parsed.consumers for use in consumer.uses):
            foreign.append(file._replace(parsed=pin_locations(file.parsed)))
        elif file is not None:
            yield file
    if foreign:
        resolver = _Resolver(projects, _group_properties(projects, properties), of_other_repositories)
        yield from resolver.resolve(side, foreign)
    if known is not None:
        known.clear()
        known.update(read)


def _read_files(
    side: Side,
    projects: DbtProjects,
    covered: Mapping[str, Source],
    entries: Mapping[str, str],
    known: Mapping[FileKey, FileContent],
) -> Iterator[tuple[FileKey, FileContent]]:
    """Yield what the covered files declare, those that are known first."""
    missing: dict[str, FileKey] = {}
    for path, source in covered.items():
        has_properties = path.endswith(PROPERTY_SUFFIXES) and projects.covers_properties(path)
        key = FileKey(path, entries[path], source.keys, has_properties)
        if key in known:
            yield key, known[key]
        else:
            missing[path] = key
    for path, text in stream_side_texts(side.repository, side.head, {path: entries[path] for path in missing}):
        key = missing[path]
        file = _read_file(covered[path], path, text)
        yield key, FileContent(file, _read_properties(path, text) if key.has_properties else _NO_PROPERTIES)


def _read_projects(side: Side, entries: Mapping[str, str]) -> DbtProjects:
    ids = {path: oid for path, oid in entries.items() if is_project_file(path)}
    texts = stream_side_texts(side.repository, side.head, ids) if ids else ()
    return DbtProjects((read_project(path, text) for path, text in texts), entries)


def _read_file(source: Source, path: str, text: bytes) -> ConsumerFile | None:
    parsed = read_consumers(path, text) if source.may_declare(text) else None
    return ConsumerFile(parsed, text) if parsed is not None and parsed.format is not None else None


def _reduce(content: FileContent) -> FileContent:
    """Return what a file declares without its tree, and without its text if it can be read."""
    file = content.file
    if file is None:
        return content
    text = file.text if any(problem.is_fatal for problem in file.parsed.problems) else b""
    return content._replace(file=file._replace(parsed=pin_locations(file.parsed), text=text))


def _read_properties(path: str, text: bytes) -> Mapping[str, Properties]:
    from dcr.consumers.readers._dbt.properties import read_properties  # noqa: PLC0415 (few repositories have models)

    return read_properties(path, text)


def _group_properties(projects: DbtProjects, found: Mapping[str, Mapping[str, Properties]]) -> _PropertiesByFile:
    properties: _PropertiesByFile = {}
    for path in sorted(found):
        for stem, each in found[path].items():
            properties.setdefault((projects.find_folder(path), stem), each)
    return properties


class _Resolver(NamedTuple):
    """What it takes to find the datasets that uses in other formats refer to."""

    projects: DbtProjects
    properties: _PropertiesByFile
    of_other_repositories: bool

    def resolve(self, side: Side, files: Iterable[ConsumerFile]) -> Iterator[ConsumerFile]:
        """Yield the files with the datasets that their uses refer to."""
        index = DatasetIndex(_list_datasets(side, files), self.projects)
        for file in files:
            described = (_describe(consumer, self.projects, self.properties) for consumer in file.parsed.consumers)
            consumers = [
                consumer._replace(uses=tuple(self._list_uses(index, consumer)))
                for consumer in described
                if consumer is not None
            ]
            used = tuple(consumer for consumer in consumers if consumer.uses)
            if used or file.parsed.problems:
                yield file._replace(parsed=file.parsed._replace(consumers=used))

    def _list_uses(self, index: DatasetIndex, consumer: Consumer) -> Iterator[Use]:
        if not self.of_other_repositories:
            yield from index.list_uses(consumer)
            return
        for use in consumer.uses:
            found = list(index.list_uses(consumer._replace(uses=(use,))))
            if not found and self._may_be_elsewhere(use):
                found = [use._replace(target=None)]
            yield from found

    def _may_be_elsewhere(self, use: Use) -> bool:
        """Return whether a use that refers to nothing here names a contract, or a model of another dbt project."""
        if isinstance(use.target, ModelTarget):
            return use.target.package is not None and use.target.package not in {
                project.name for project in self.projects.projects
            }
        return isinstance(use.target, ContractTarget)


def _list_datasets(side: Side, files: Iterable[ConsumerFile]) -> Iterator[SearchedDataset]:
    """Yield the datasets that uses in other formats may mean."""
    uses = (use for file in files for consumer in file.parsed.consumers for use in consumer.uses)
    targets = {type(use.target) for use in uses if use.target is not None}
    is_any_format = not targets <= _FORMATS.keys()
    formats = {name for target, name in _FORMATS.items() if target in targets}
    for contract_file in stream_contract_files(side):
        for contract in contract_file.contracts:
            if is_any_format or contract.format in formats:
                yield SearchedDataset(contract.dataset_id, (contract,))


def _describe(consumer: Consumer, projects: DbtProjects, properties: _PropertiesByFile) -> Consumer | None:
    """Return a dbt model with its properties, None if they disable it; other consumers are returned unchanged."""
    from dcr.consumers.readers._dbt.properties import add_properties  # noqa: PLC0415

    found = properties.get((projects.find_folder(consumer.path), consumer.name))
    if found is None or not consumer.path.endswith(CODE_SUFFIXES):
        return consumer
    return add_properties(consumer, found)
