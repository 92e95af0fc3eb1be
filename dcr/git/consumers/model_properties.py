"""Adds to dbt models the properties that their project declares: owners, and details of what they use."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from dcr.consumers.dbt_projects import CODE_SUFFIXES
from dcr.consumers.declaration_paths import PROPERTY_SUFFIXES
from dcr.git.consumers.source_files import read_versions
from dcr.git.consumers.sources import Source, list_pathspecs

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from dcr.consumers.consumer import Consumer
    from dcr.consumers.dbt_projects import DbtProjects
    from dcr.consumers.readers._dbt.properties import Properties
    from dcr.git.consumers.search import ConsumerSearch

_PropertyKey = tuple[str | None, str]
"""The folder of a project and the name of a model's file."""


class DeclaredConsumer(NamedTuple):
    """A consumer; `commit` is set if only an older commit declares it."""

    consumer: Consumer
    commit: str = ""


class _Entry(NamedTuple):
    """The properties of a model in one version of a file; `commit` is set if only an older commit has them."""

    properties: Properties
    path: str
    commit: str


def add_model_properties(
    search: ConsumerSearch, projects: DbtProjects, consumers: Sequence[DeclaredConsumer]
) -> Iterator[DeclaredConsumer]:
    """Yield the consumers, of which dbt models have their owners.

    A model that its properties disable or narrow in this change is yielded twice: as it is and as it was.
    """
    models = {entry.consumer.name for entry in consumers if _is_code(entry.consumer)}
    if not models:
        yield from consumers
        return
    from dcr.consumers.readers._dbt.properties import add_properties  # noqa: PLC0415 (few repositories have models)

    properties = _read_properties(search, projects, models)
    is_new = {change.path: not change.in_previous for change in search.change_set.changes}
    for consumer, commit in consumers:
        entries = properties.get(_get_key(projects, consumer), []) if _is_code(consumer) else []
        current = next((entry for entry in entries if not entry.commit), None)
        versions = [(current, commit), *((entry, entry.commit) for entry in entries if entry.commit)]
        if current is not None and current.path in is_new and len(versions) == 1 and not is_new.get(consumer.path):
            versions.append((None, search.merge_base))  # its properties are added by this change
        for entry, entry_commit in versions:
            described = add_properties(consumer, entry.properties) if entry is not None else consumer
            if described is not None:
                yield DeclaredConsumer(described, commit or entry_commit)


def _is_code(consumer: Consumer) -> bool:
    return consumer.path.endswith(CODE_SUFFIXES)


def _get_key(projects: DbtProjects, consumer: Consumer) -> _PropertyKey:
    return projects.find_folder(consumer.path), consumer.name


def _read_properties(
    search: ConsumerSearch, projects: DbtProjects, models: Iterable[str]
) -> dict[_PropertyKey, list[_Entry]]:
    """Return the properties of models, the current ones first."""
    from dcr.consumers.readers._dbt.properties import list_possible_names, read_properties  # noqa: PLC0415

    names = {name for model in models for name in list_possible_names(model)}
    source = Source(
        projects.covers_properties,
        {name: (name.encode("utf-8", "surrogateescape"),) for name in names},
        keys=(b"models", b"snapshots", b"macros"),
        pathspecs=list_pathspecs(PROPERTY_SUFFIXES),
    )
    found: dict[_PropertyKey, list[_Entry]] = {}
    for version in read_versions(search, source, source.list_search_words()):
        folder = projects.find_folder(version.path)
        if version.text is None or not source.may_mention(version.path, version.text):
            continue
        for stem, properties in read_properties(version.path, version.text).items():
            found.setdefault((folder, stem), []).append(_Entry(properties, version.path, version.commit))
    return found
