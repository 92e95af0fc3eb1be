"""Parses references to objects and properties, and resolves them in a contract.

Source: Open Data Contract Standard 3.1, "References": `schema/<id>/properties/<id>` with ids, `object.property` with
names, both with `<file>#` before them for another contract.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from dcr.contract.contract import join_path
from dcr.formats._foreign.mapping import SourceMapping
from dcr.formats._foreign.notes import Notes

if TYPE_CHECKING:
    from dcr.contract.contract import Contract

_ITEMS = "items"


class ContractReference(NamedTuple):
    """A reference: the file, empty for the same one, and its steps. The first is the object, then each property.

    The step of the elements of an array is empty.
    """

    file: str
    steps: tuple[str, ...]


def parse_reference(text: str) -> ContractReference | None:
    """Return the reference of a text, or None if it refers to no object."""
    file, _, item = text.strip().rpartition("#")
    parts = item.strip("/").split("/")
    steps = _read_path(parts[1:]) if parts[0] == "schema" else item.split(".") if len(parts) == 1 else []
    return ContractReference(file.strip(), tuple(steps)) if steps and steps[0] else None


def _read_path(parts: list[str]) -> list[str]:
    """Return the ids of a path without the names of the lists between them."""
    steps = parts[:1]
    is_name = False
    for part in parts[1:]:
        if is_name:
            steps.append(part)
        elif part == _ITEMS:
            steps.append("")
        is_name = not is_name and part == "properties"
    return steps


def find_property(contract: Contract, steps: tuple[str, ...]) -> str | None:
    """Return the path of the field that a reference into this contract's file means.

    The result is None if it means another object, and empty if it means all of this one. A step that is not found is
    taken for the name of a field.
    """
    section = contract.dataset_section
    if section is None or section.node is None:
        return None
    mapping = SourceMapping(section.path, section.node, Notes())
    names = (mapping.text("id"), mapping.text("name", "physicalName"), contract.dataset_id.rpartition("/")[2])
    if steps[0] not in names:
        return None
    path = ""
    item: SourceMapping | None = mapping
    for step in steps[1:]:
        elements = item.mapping(_ITEMS) if item is not None and item is not mapping else None
        if not step or (elements is not None and item is not None and "properties" not in item):
            path, item = f"{path}[]", elements
            if not step:
                continue
        name, item = _find_member(item, step)
        path = join_path(path, name)
    return path


def _find_member(item: SourceMapping | None, step: str) -> tuple[str, SourceMapping | None]:
    members = list(item.named_mappings("properties", "name")) if item is not None else []
    by_id = next(((name, member) for name, member in members if name and member.text("id") == step), None)
    return by_id or next(((name, member) for name, member in members if name and name == step), (step, None))
