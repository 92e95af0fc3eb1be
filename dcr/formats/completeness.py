"""Reads the mark of a file that all consumers of its dataset are declared."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from dcr.contract.contract import COMPLETE_CONSUMERS, COMPLETENESS_KEY
from dcr.formats.parsed_file import Problem
from dcr.parsing.location import locate_node
from dcr.parsing.yaml_reader import truncate

if TYPE_CHECKING:
    from collections.abc import Iterable

    from yaml import Node

    from dcr.contract.contract import Contract
    from dcr.formats._foreign.mapping import SourceMapping

_PROPERTY = "consumers"


def apply_native_mark(
    contract: Contract, root: Node, marks: Iterable[tuple[Any, Any]], problems: list[Problem]
) -> Contract:
    """Return the contract of a native file with its mark, and add the problem of another value to `problems`.

    `marks` are mappings with the value that each has for the key. A list or a mapping as value is the author's own.
    """
    value = next((value for owner, value in marks if owner is root), None)
    if value is None or value.id != "scalar":
        return contract
    if value.value == COMPLETE_CONSUMERS:
        return replace(contract, consumers_complete=True)
    message = f"{COMPLETENESS_KEY} is '{truncate(value.value)}', expected {COMPLETE_CONSUMERS}"
    hint = f"write {COMPLETE_CONSUMERS} if all consumers are declared, or else remove it"
    location = locate_node(contract.path, value)
    problems.append(Problem(location, message, hint, is_fatal=False, is_understood=False))
    return contract


def has_completeness_mark(mapping: SourceMapping | None, key: str = _PROPERTY) -> bool:
    """Return whether a key has the value `complete`. Any other value is the author's own."""
    node = mapping.pairs.get(key) if mapping is not None else None
    return node is not None and bool(node.value == COMPLETE_CONSUMERS)


def has_custom_completeness_mark(mapping: SourceMapping) -> bool:
    """Return whether a mapping of ODCS has the custom property `consumers` with the value `complete`."""
    if "customProperties" not in mapping:
        return False
    custom_properties = mapping.named_mappings("customProperties", "property")
    return any(name == _PROPERTY and has_completeness_mark(entry, "value") for name, entry in custom_properties)
