"""Reads dbt's property files: exposures, and semantic models, metrics and snapshots that refer to a model.

Source: docs.getdbt.com, "Exposure properties", "Semantic models", "Snapshot configurations".
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dcr.consumers.consumer import Consumer, ParsedConsumers
from dcr.consumers.readers._dbt.calls import MODEL, Block, Code, RefCall, list_expression_uses
from dcr.consumers.readers._dbt.properties import narrow_uses, read_details
from dcr.formats._dbt.owners import read_named_owners, read_owners
from dcr.formats._dbt.references import parse_reference, strip_braces
from dcr.formats._dbt.versions import is_enabled
from dcr.formats._foreign.mapping import SourceMapping
from dcr.formats._foreign.notes import Notes
from dcr.formats.parsed_file import convert_notes
from dcr.parsing.location import SourceNode

if TYPE_CHECKING:
    from collections.abc import Iterator

    from yaml import MappingNode

    from dcr.consumers.consumer import Use
    from dcr.formats.parsed_file import Problem

NAME = "dbt"
_REFERENCE_KEYS = {"exposures": "depends_on", "semantic_models": "model", "metrics": "model", "snapshots": "relation"}
"""The lists of resources that consume models, each with the key that refers to them."""

_SOURCES = {
    "exposures": "dbt exposure",
    "semantic_models": "dbt semantic model",
    "metrics": "dbt metric",
    "snapshots": "dbt snapshot",
}


def detect(root: MappingNode) -> bool:
    """Return whether the file lists resources that may refer to models."""
    keys = {key.value for key, _ in root.value if isinstance(key.value, str)}
    return not keys.isdisjoint(_REFERENCE_KEYS) and keys.isdisjoint(
        ("dataset_id", "apiVersion", "dataContractSpecification", "consumer", "uses")
    )


def read(path: str, root: MappingNode) -> ParsedConsumers:
    """Return a consumer for each resource that refers to a model; a disabled one is none."""
    notes = Notes()
    root_mapping = SourceMapping(path, root, notes)
    consumers = []
    problems: list[Problem] = []
    for key, reference_key in _REFERENCE_KEYS.items():
        for name, resource in root_mapping.named_mappings(key, "name"):
            uses = tuple(_read_uses(resource, reference_key)) if is_enabled(resource, resource) else ()
            if not uses:
                continue
            if name is None:
                notes.add(resource.locate(), "this consumer has no name, and is not read", "add name")
                continue
            details, detail_problems = read_details(resource)
            problems += detail_problems
            owners = tuple(read_named_owners(resource)) or tuple(read_owners(resource))
            section = resource.section({"consumer": "name", "owners": "owner", "uses": reference_key})
            consumers.append(
                Consumer(name, owners, narrow_uses(uses, details), resource.text("description"), _SOURCES[key], section)
            )
    return ParsedConsumers(path, NAME, tuple(consumers), (*convert_notes(notes), *problems))


def _read_uses(resource: SourceMapping, key: str) -> Iterator[Use]:
    node = resource.pairs.get(key)
    if node is None:
        return
    for entry in node.value if node.id == "sequence" else [node]:
        if entry.id == "scalar" and "ref" in entry.value:
            yield from _read_expression(resource.path, entry)


def _read_expression(path: str, node: Any) -> Iterator[Use]:
    section = SourceNode(path, node)
    reference = parse_reference(node.value)
    if reference is not None and reference.is_literal:
        if reference.function == "ref":
            yield from list_expression_uses(Code((RefCall(reference, Block(MODEL)),)), section)
        return
    from dcr.consumers.readers._dbt.templates import scan_template  # noqa: PLC0415 (it loads Jinja)

    code = scan_template(f"{{{{ {strip_braces(node.value)} }}}}")
    yield from list_expression_uses(code, section)
