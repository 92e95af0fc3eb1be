"""Reads the relationships of ODCS contracts: an object that refers to another object is a consumer of it.

Source: Open Data Contract Standard 3.1, "Relationships between properties".
"""

from __future__ import annotations

from posixpath import dirname, join, normpath
from typing import TYPE_CHECKING

from dcr.consumers.consumer import Consumer, ParsedConsumers, Use
from dcr.consumers.targets import FileTarget
from dcr.formats import odcs
from dcr.formats._odcs.references import find_property, parse_reference
from dcr.parsing.location import SourceNode
from dcr.parsing.yaml_reader import InvalidYamlError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from yaml import MappingNode

    from dcr.contract.contract import Contract
    from dcr.contract.terms import Relationship

NAME = "odcs"
SOURCE = "contract"
_ADDRESS = "://"


def detect(root: MappingNode) -> bool:
    """Return whether the file is an ODCS contract."""
    return odcs.detect(root)


def read(path: str, root: MappingNode) -> ParsedConsumers:
    """Return a consumer for each object that refers to another one. Problems are left to the check of contracts."""
    try:
        contracts = odcs.read(path, root).contracts
    except InvalidYamlError:
        return ParsedConsumers(path, None)
    consumers = []
    for contract in contracts:
        relationships = contract.terms.relationships if contract.terms else ()
        uses = tuple(use for relationship in relationships for use in _read_uses(contract, relationship))
        if uses:
            section = contract.dataset_section or SourceNode(path, None)
            consumers.append(
                Consumer(contract.dataset_id, contract.owners, uses, contract.description, SOURCE, section)
            )
    return ParsedConsumers(path, NAME if consumers else None, tuple(consumers))


def _read_uses(contract: Contract, relationship: Relationship) -> Iterator[Use]:
    """Yield a use for each property that a relationship refers to, except those of the object itself."""
    for text in relationship.target:
        reference = parse_reference(text)
        if reference is None or _ADDRESS in reference.file:
            continue
        if not reference.file:
            if find_property(contract, reference.steps) is not None:
                continue
            paths: tuple[str, ...] = (contract.path,)
        else:
            relative = normpath(join(dirname(contract.path), reference.file))
            paths = tuple(dict.fromkeys((relative, normpath(reference.file.lstrip("/")))))
        section = SourceNode(
            contract.path, None, None, {"dataset": relationship.location} if relationship.location else None
        )
        yield Use(text, section=section, is_strict=False, target=FileTarget(paths, reference.steps))
