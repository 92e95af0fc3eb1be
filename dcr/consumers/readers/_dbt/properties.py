"""Reads the properties of dbt models: their owners, whether they are enabled, and details of what they use."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from yaml import MappingNode

from dcr.consumers.readers.native import read_uses
from dcr.formats._dbt.owners import read_owners
from dcr.formats._dbt.versions import is_enabled
from dcr.formats._foreign.mapping import SourceMapping
from dcr.formats._foreign.notes import Notes
from dcr.parsing.yaml_reader import InvalidYamlError, check_tree, compose

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from dcr.consumers.consumer import Consumer, Use
    from dcr.contract.contract import Owner
    from dcr.formats.parsed_file import Problem

_LISTS = ("models", "snapshots", "macros")
_VERSION_SUFFIX = re.compile(r"_v[^_]+$")


class Properties(NamedTuple):
    """The properties of the model in one file; `details` are the uses that it declares itself, by dataset id."""

    name: str
    is_enabled: bool
    owners: tuple[Owner, ...]
    description: str | None
    details: Mapping[str, Use]


def read_properties(path: str, content: bytes) -> dict[str, Properties]:
    """Return the properties of the resources of a property file by the name of their file, without suffix.

    A file that cannot be read has none.
    """
    try:
        root = compose(content)
        if not isinstance(root, MappingNode):
            return {}
        check_tree(root)
    except InvalidYamlError:
        return {}
    root_mapping = SourceMapping(path, root, Notes())
    found: dict[str, Properties] = {}
    for key in _LISTS:
        for name, resource in root_mapping.named_mappings(key, "name"):
            for stem, properties in _list_files(name, resource) if name else ():
                found.setdefault(stem, properties)
    return found


def _list_files(name: str, model: SourceMapping) -> Iterator[tuple[str, Properties]]:
    """Yield the files of a model: one for each of its versions, and one for a model without versions."""
    details, _ = read_details(model)
    properties = Properties(
        name, is_enabled(model, model), tuple(read_owners(model)), model.text("description"), details
    )
    for number, version in model.named_mappings("versions", "v"):
        stem = version.text("defined_in") or f"{name}_v{number}"
        yield stem, properties._replace(name=f"{name}.v{number}", is_enabled=is_enabled(version, model))
    yield name, properties


def list_possible_names(stem: str) -> set[str]:
    """Return the names by which a property file may mention the model of a file."""
    return {stem, _VERSION_SUFFIX.sub("", stem) or stem}


def add_properties(consumer: Consumer, properties: Properties) -> Consumer | None:
    """Return a model with its owners, its description and the details of what it uses; None if it is not built."""
    if not properties.is_enabled:
        return None
    return consumer._replace(
        name=properties.name,
        owners=properties.owners,
        uses=narrow_uses(consumer.uses, properties.details),
        description=properties.description,
    )


def read_details(resource: SourceMapping) -> tuple[Mapping[str, Use], tuple[Problem, ...]]:
    """Return the uses below `dcr` in the meta of a resource by dataset id, and their problems.

    They are written as in a consumer file.
    """
    config = resource.mapping("config")
    metas = [holder.mapping("meta") for holder in (resource, config) if holder is not None]
    extension = next((found for meta in metas if meta is not None and (found := meta.mapping("dcr"))), None)
    if extension is None or "uses" not in extension:
        return {}, ()
    uses, problems = read_uses(resource.path, extension.pairs["uses"])
    return {use.dataset_id: use for use in uses}, tuple(problem._replace(is_fatal=False) for problem in problems)


def narrow_uses(uses: tuple[Use, ...], details: Mapping[str, Use]) -> tuple[Use, ...]:
    """Return uses with their details. A use without any, or with invalid ones, is of all fields."""
    return tuple(
        details[use.dataset_id]._replace(section=use.section, is_strict=False, target=use.target)
        if use.dataset_id in details
        else use
        for use in uses
    )
