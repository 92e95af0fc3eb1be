"""Reads the mappings of a foreign file leniently: values by key with their locations, and notes on invalid values.

Unknown keys are ignored. A value that matters and cannot be understood becomes a note, never a guess. Merge keys (`<<`,
YAML 1.1) are followed, since existing files use them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dcr.formats._foreign.nodes import (
    is_null,
    list_entries,
    list_merged_nodes,
    parse_flag,
    read_pairs,
    resolve_scalar_leniently,
)
from dcr.formats._foreign.variables import describe_variable
from dcr.parsing.location import Location, SourceNode, locate_node
from dcr.parsing.yaml_reader import truncate

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from dcr.formats._foreign.notes import Notes

_MAPPING_KEYS = frozenset((
    "logicalTypeOptions", "items", "info", "servicelevels", "definitions", "config", "contract", "freshness", "latency",
))  # fmt: skip
_LIST_KEYS = frozenset(("enum", "validValues"))
_MAPPING_LIST_KEYS = frozenset((
    "schema", "dataset", "properties", "columns", "fields", "models", "versions", "constraints", "slaProperties",
))  # fmt: skip
_SCALAR_KEYS = frozenset((
    "id", "uuid", "name", "version", "status", "type", "logicalType", "physicalType", "data_type", "$ref", "v",
    "pattern", "regex", "format", "minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "threshold", "value",
    "unit", "element", "expression", "deprecation_date", "enforced",
))  # fmt: skip


class SourceMapping:
    """One mapping of a file; values that are not understood are added to `notes`."""

    __slots__ = ("merged_nodes", "name", "node", "notes", "pairs", "path")

    def __init__(self, path: str, node: Any, notes: Notes, name: Any = None) -> None:
        self.path, self.node, self.notes = path, node, notes
        self.name = name
        self.merged_nodes: list[Any] = list_merged_nodes(node)
        self.pairs: dict[str, Any] = read_pairs(node)
        if "<<" in self.pairs:
            location = locate_node(path, self.pairs["<<"])
            notes.add(
                location,
                "this merge is not a mapping, or is nested too deep, and is not read",
                "write the keys in full",
            )

    def __contains__(self, key: str) -> bool:
        return key in self.pairs

    def locate(self, key: str | None = None) -> Location:
        """Return the location of a key, or of the mapping."""
        return self.section().locate(key)

    def section(
        self, key_names: Mapping[str, str] | None = None, other_locations: Mapping[str, Location] | None = None
    ) -> SourceNode:
        """Return this part of the file, with the format's names of keys and the locations of keys in other parts."""
        return _LayeredSection(self, key_names, other_locations)

    def with_defaults(self, base: SourceMapping) -> SourceMapping:
        """Return this mapping with the keys of another one, which it refers to, as defaults."""
        merged = SourceMapping(self.path, self.node, self.notes, self.name)
        merged.pairs = {**base.pairs, **self.pairs}
        merged.merged_nodes = [*self.merged_nodes, base.node, *base.merged_nodes]
        return merged

    def text(self, *keys: str) -> str | None:
        """Return the source text of the first of some keys that is written and not null."""
        for key in keys:
            node = self.pairs.get(key)
            if node is not None and node.id == "scalar":
                text: str = node.value
                if node.style or (text and resolve_scalar_leniently(text) is not None):
                    return text
            elif node is not None and key in _SCALAR_KEYS:
                self._note_bad_shape(key, node, "a single value")
        return None

    def flag(self, *keys: str) -> bool | None:
        """Return the first of some keys as a boolean; None if none is written."""
        for key in keys:
            node = self.pairs.get(key)
            if node is None:
                continue
            if node.id != "scalar":
                self._note_bad_shape(key, node, "true or false")
                continue
            value = parse_flag(node.value)
            if value is not None:
                return value
            if resolve_scalar_leniently(node.value) is not None:
                self._note_bad_value(key, node, "true or false", "write true or false")
        return None

    def number(self, key: str) -> int | float | None:
        """Return a key as a number; None if it is not written, or noted as not a number."""
        node = self.pairs.get(key)
        if node is None or node.id != "scalar":
            if node is not None:
                self._note_bad_shape(key, node, "a number")
            return None
        value = resolve_scalar_leniently(node.value)
        if isinstance(value, int | float) and not isinstance(value, bool):
            return value
        if value is not None:
            self._note_bad_value(key, node, "a number", "write a number without quotes")
        return None

    def mapping(self, key: str) -> SourceMapping | None:
        """Return the mapping of a key, or None if it is not a mapping."""
        node = self.pairs.get(key)
        if node is None or node.id == "mapping":
            return None if node is None else SourceMapping(self.path, node, self.notes)
        if key in _MAPPING_KEYS and not is_null(node):
            self._note_bad_shape(key, node, "a mapping")
        return None

    def nodes(self, key: str) -> list[Any]:
        """Return the entries of the list of a key; empty if it is not a list."""
        node = self.pairs.get(key)
        if node is not None and key in _LIST_KEYS and not is_null(node):
            for entry in node.value if node.id == "sequence" else ():
                if entry.id != "scalar":
                    self._note_bad_shape(key, entry, "a list of single values")
            if node.id != "sequence":
                self._note_bad_shape(key, node, "a list")
        return list(node.value) if node is not None and node.id == "sequence" else []

    def texts(self, key: str) -> list[str]:
        """Return the scalars of a key's list as source texts; a single scalar counts as a list of one."""
        node = self.pairs.get(key)
        if node is not None and node.id == "scalar" and node.value:
            return [node.value]
        if node is not None and node.id == "mapping":
            self._note_bad_shape(key, node, "a list")
        for entry in self.nodes(key):
            if entry.id != "scalar":
                self._note_bad_shape(key, entry, "a list of single values")
        return [entry.value for entry in self.nodes(key) if entry.id == "scalar"]

    def named_mappings(self, key: str, name: str) -> Iterator[tuple[str | None, SourceMapping]]:
        """Yield the mappings of a key with their names, from a list or from a mapping by name."""
        node = self.pairs.get(key)
        if node is not None and node.id == "mapping":
            for entry_key, entry in list_entries(node):
                if entry.id == "mapping":
                    yield entry_key.value, SourceMapping(self.path, entry, self.notes, entry_key)
                elif is_null(entry):
                    yield entry_key.value, SourceMapping(self.path, _EmptyNode(entry), self.notes, entry_key)
                elif key in _MAPPING_LIST_KEYS:
                    self._note_bad_shape(f"'{truncate(entry_key.value)}' in {key}", entry, "a mapping")
        elif node is not None and node.id == "scalar" and key in _MAPPING_LIST_KEYS and not is_null(node):
            self._note_bad_shape(key, node, "a list")
        for item in self.nodes(key):
            if item.id == "mapping":
                mapping = SourceMapping(self.path, item, self.notes)
                yield mapping.text(name), mapping
            elif key in _MAPPING_LIST_KEYS:
                self._note_bad_shape(f"an entry of {key}", item, "a mapping")

    def count_columns(self, name: str, columns: int = 1) -> None:
        """Count the columns of the expanded file; `name` is what they belong to.

        Raise `InvalidYamlError` beyond the limits.
        """
        self.notes.count_columns(self.locate, name, columns)

    def _note_bad_value(self, key: str, node: Any, expected: str, hint: str) -> None:
        message = f"{key} is '{node.value}', expected {expected}"
        self.notes.add(locate_node(self.path, node), *(describe_variable(key, node.value) or (message, hint)))

    def _note_bad_shape(self, label: str, node: Any, expected: str) -> None:
        shape = {"scalar": f"'{truncate(str(node.value))}'", "mapping": "a mapping"}.get(node.id, "a list")
        message = f"{label} is {shape}, expected {expected}; it is not compared"
        self.notes.add(locate_node(self.path, node), message, f"write {expected}")


class _LayeredSection(SourceNode):
    """The source section of a mapping; a key is also found in merged mappings and in the ones referred to."""

    __slots__ = ("layers", "start")

    def __init__(
        self,
        mapping: SourceMapping,
        key_names: Mapping[str, str] | None,
        other_locations: Mapping[str, Location] | None,
    ) -> None:
        super().__init__(mapping.path, mapping.node, key_names, other_locations)
        self.start: Any = mapping.node if mapping.name is None else mapping.name
        self.layers: tuple[Any, ...] = (mapping.node, *mapping.merged_nodes)

    def locate(self, key: str | None = None) -> Location:
        """Return the location of `key`, or of the mapping's own name or start if the key is not written."""
        location = self._find_other_location(key)
        layer = self._find_layer(key) if key is not None and location is None else None
        if layer is not None:
            return SourceNode(self.path, layer, self.key_names).locate(key)
        return location or locate_node(self.path, self.start)

    def find_text(self, key: str) -> str | None:
        """Return the source text of `key` if it is written as a single value."""
        layer = self._find_layer(key)
        return None if layer is None else SourceNode(self.path, layer, self.key_names).find_text(key)

    def _find_layer(self, key: str) -> Any:
        """Return the mapping that has the first step of a key's path: itself, or else one that is merged into it."""
        first = self._translate_key(key).split(".")[0]
        return next((layer for layer in self.layers if any(pair[0].value == first for pair in layer.value)), None)


class _EmptyNode:
    """A mapping without keys, for an entry that has a name and no content."""

    id = "mapping"

    def __init__(self, node: Any) -> None:
        self.value: list[Any] = []
        self.start_mark, self.tag = node.start_mark, ""
