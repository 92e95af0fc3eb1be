"""Reads a foreign file's mappings tolerantly: values by key with their places, and a note for what is not understood.

Unknown keys are nobody's business here; a value that matters and cannot be understood becomes a note, never
a guess. Merge keys (`<<`, YAML 1.1) are followed, since files in the wild use them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dcr.formats._foreign.variables import describe_variable
from dcr.parsing.location import Location, SourceNode, locate_node
from dcr.parsing.scalars import NotFiniteError
from dcr.parsing.scalars import resolve_scalar as resolve_plain_scalar
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
    """One mapping of a file. `note(location, message, hint)` is told of values that are not understood."""

    __slots__ = ("below", "name", "node", "note", "pairs", "path")

    def __init__(self, path: str, node: Any, note: Notes, name: Any = None) -> None:
        self.path, self.node, self.note = path, node, note
        self.name = name
        self.below: list[Any] = _list_merged_nodes(node)
        self.pairs: dict[str, Any] = _read_pairs(node)
        if "<<" in self.pairs:
            place = locate_node(path, self.pairs["<<"])
            note(place, "what is merged here is no mapping, or merged too deep, and not read", "write the keys out")

    def __contains__(self, key: str) -> bool:
        return key in self.pairs

    def locate(self, key: str | None = None) -> Location:
        """Return the place of a key, or of the mapping."""
        return self.section().locate(key)

    def section(
        self, spelling: Mapping[str, str] | None = None, elsewhere: Mapping[str, Location] | None = None
    ) -> SourceNode:
        """Return the part of the file this is, with the format's words for dcr's keys, and places of further ones."""
        return _LayeredSection(self, spelling, elsewhere)

    def with_defaults(self, base: SourceMapping) -> SourceMapping:
        """Return this mapping with what another one says below it: what it refers to."""
        merged = SourceMapping(self.path, self.node, self.note, self.name)
        merged.pairs = {**base.pairs, **self.pairs}
        merged.below = [*self.below, base.node, *base.below]
        return merged

    def text(self, *keys: str) -> str | None:
        """Return the source text of the first of some keys that is written and not null."""
        for key in keys:
            node = self.pairs.get(key)
            if node is not None and node.id == "scalar":
                text: str = node.value
                if node.style or (text and resolve_scalar(text) is not None):
                    return text
            elif node is not None and key in _SCALAR_KEYS:
                self._note_bad_shape(key, node, "a single value")
        return None

    def flag(self, *keys: str) -> bool | None:
        """Return the first of some keys as a boolean; None when none is written."""
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
            if resolve_scalar(node.value) is not None:
                self._note_bad_value(key, node, "neither true nor false", "write true or false")
        return None

    def number(self, key: str) -> int | float | None:
        """Return a key as a number; None when it is not written, or noted as none."""
        node = self.pairs.get(key)
        if node is None or node.id != "scalar":
            if node is not None:
                self._note_bad_shape(key, node, "a number")
            return None
        value = resolve_scalar(node.value)
        if isinstance(value, int | float) and not isinstance(value, bool):
            return value
        if value is not None:
            self._note_bad_value(key, node, "no number", "write a number without quotes")
        return None

    def mapping(self, key: str) -> SourceMapping | None:
        """Return a key's mapping, or None when it holds none."""
        node = self.pairs.get(key)
        if node is None or node.id == "mapping":
            return None if node is None else SourceMapping(self.path, node, self.note)
        if key in _MAPPING_KEYS and not _is_null(node):
            self._note_bad_shape(key, node, "a mapping")
        return None

    def nodes(self, key: str) -> list[Any]:
        """Return the entries of a key's list; empty when it is none."""
        node = self.pairs.get(key)
        if node is not None and key in _LIST_KEYS and not _is_null(node):
            for each in node.value if node.id == "sequence" else ():
                if each.id != "scalar":
                    self._note_bad_shape(key, each, "a list of single values")
            if node.id != "sequence":
                self._note_bad_shape(key, node, "a list")
        return list(node.value) if node is not None and node.id == "sequence" else []

    def texts(self, key: str) -> list[str]:
        """Return a key's list of scalars as source texts; a single scalar counts as a list of one."""
        node = self.pairs.get(key)
        if node is not None and node.id == "scalar" and node.value:
            return [node.value]
        if node is not None and node.id == "mapping":
            self._note_bad_shape(key, node, "a list")
        for each in self.nodes(key):
            if each.id != "scalar":
                self._note_bad_shape(key, each, "a list of single values")
        return [each.value for each in self.nodes(key) if each.id == "scalar"]

    def named_mappings(self, key: str, name: str) -> Iterator[tuple[str | None, SourceMapping]]:
        """Yield the mappings of a key with their names, whether written as a list or as a mapping by name."""
        node = self.pairs.get(key)
        if node is not None and node.id == "mapping":
            for inner_key, inner in list_entries(node):
                if inner.id == "mapping":
                    yield inner_key.value, SourceMapping(self.path, inner, self.note, inner_key)
                elif _is_null(inner):
                    yield inner_key.value, SourceMapping(self.path, _EmptyNode(inner), self.note, inner_key)
                elif key in _MAPPING_LIST_KEYS:
                    self._note_bad_shape(f"'{truncate(inner_key.value)}' in {key}", inner, "a mapping")
        elif node is not None and node.id == "scalar" and key in _MAPPING_LIST_KEYS and not _is_null(node):
            self._note_bad_shape(key, node, "a list")
        for each in self.nodes(key):
            if each.id == "mapping":
                tree = SourceMapping(self.path, each, self.note)
                yield tree.text(name), tree
            elif key in _MAPPING_LIST_KEYS:
                self._note_bad_shape(f"an entry of {key}", each, "a mapping")

    def count_columns(self, name: str, columns: int = 1) -> None:
        """Count what a file unfolds to; `name` is what it is called. Raises `YamlRefusedError` beyond the limits."""
        self.note.count_columns(self.locate, name, columns)

    def _note_bad_value(self, key: str, node: Any, what: str, hint: str) -> None:
        said = describe_variable(key, node.value) or (f"the value '{node.value}' of {key} is {what}", hint)
        self.note(locate_node(self.path, node), *said)

    def _note_bad_shape(self, what: str, node: Any, wanted: str) -> None:
        shape = {"scalar": f"'{truncate(str(node.value))}'", "mapping": "a mapping"}.get(node.id, "a list")
        message = f"{what} is {shape}, expected {wanted}; it is not compared"
        self.note(locate_node(self.path, node), message, f"write {wanted}")


class _LayeredSection(SourceNode):
    """A mapping's place: a key is where it is written, be that in what is merged below or referred to."""

    __slots__ = ("layers", "start")

    def __init__(
        self, tree: SourceMapping, spelling: Mapping[str, str] | None, elsewhere: Mapping[str, Location] | None
    ) -> None:
        super().__init__(tree.path, tree.node, spelling, elsewhere)
        self.start: Any = tree.node if tree.name is None else tree.name
        self.layers: tuple[Any, ...] = (tree.node, *tree.below)

    def locate(self, key: str | None = None) -> Location:
        """Return the place of `key`; of the mapping's own name, if it has one, when the key is not written out."""
        found = self._find_other_location(key)
        layer = self._find_layer(key) if key is not None and found is None else None
        if layer is not None:
            return SourceNode(self.path, layer, self.key_names).locate(key)
        return found or locate_node(self.path, self.start)

    def find_text(self, key: str) -> str | None:
        """Return the source text of `key` where it is written out as a single value."""
        layer = self._find_layer(key)
        return None if layer is None else SourceNode(self.path, layer, self.key_names).find_text(key)

    def _find_layer(self, key: str) -> Any:
        """Return the mapping that has the first step to a key, itself before what is merged below it."""
        first = self._translate_key(key).split(".")[0]
        return next((layer for layer in self.layers if any(pair[0].value == first for pair in layer.value)), None)


class _EmptyNode:
    """A mapping without keys, where a file names something and says nothing about it."""

    id = "mapping"

    def __init__(self, node: Any) -> None:
        self.value: list[Any] = []
        self.start_mark, self.tag = node.start_mark, ""


_MAX_MERGES = 8
_FLAG_WORDS = {"true": True, "yes": True, "on": True, "false": False, "no": False, "off": False}


def resolve_scalar(text: str) -> Any:
    """Return a plain scalar's value; what is no finite number stays text."""
    try:
        return resolve_plain_scalar(text)
    except NotFiniteError:
        return text


def parse_flag(text: str) -> bool | None:
    """Return what a scalar says as a boolean, in YAML's words of either version; None when it says none."""
    value = resolve_scalar(text)
    if isinstance(value, str):
        return _FLAG_WORDS.get(value.lower())
    return value if isinstance(value, bool) else None


def _is_null(node: Any) -> bool:
    return node.id == "scalar" and (not node.value or (not node.style and resolve_scalar(node.value) is None))


def get_scalar_value(node: Any, *, as_text: bool) -> Any:
    """Return a scalar node's value: its source text where text is wanted or it is quoted."""
    return node.value if as_text or node.style else resolve_scalar(node.value)


def format_canonical(node: Any) -> str:
    """Return what a node says in one text, in which the order of keys means nothing; blanks in text are folded."""
    if node.id == "scalar":
        return " ".join(str(node.value).split())
    if node.id == "sequence":
        return f"[{', '.join(format_canonical(each) for each in node.value)}]"
    pairs = sorted((key, format_canonical(value)) for key, value in _read_pairs(node).items())
    return f"{{{', '.join(f'{key}: {value}' for key, value in pairs)}}}"


def _list_merged_nodes(node: Any, depth: int = 0) -> list[Any]:
    found: list[Any] = []
    for key, value in node.value:
        if key.value == "<<" and not key.style and depth < _MAX_MERGES:
            for source in value.value if value.id == "sequence" else [value]:
                if source.id == "mapping":
                    found += [source, *_list_merged_nodes(source, depth + 1)]
    return found


def _read_pairs(node: Any, depth: int = 0) -> dict[str, Any]:
    found: dict[str, Any] = {}
    merged: dict[str, Any] = {}
    for key, value in node.value:
        if key.value == "<<" and not key.style and depth < _MAX_MERGES:
            sources = value.value if value.id == "sequence" else [value]
            for source in sources:
                if source.id != "mapping":
                    merged.setdefault("<<", source)
                    continue
                for name, inner in _read_pairs(source, depth + 1).items():
                    merged.setdefault(name, inner)
        else:
            found[key.value] = value
    return {**merged, **found} if merged else found


def list_entries(node: Any, depth: int = 0) -> list[Any]:
    """Return a mapping's pairs with those merged into it; a merge that is not followed stays an entry."""
    if depth >= _MAX_MERGES or all(key.value != "<<" or key.style for key, _ in node.value):
        own: list[Any] = node.value
        return own
    found = {key.value: (key, value) for key, value in node.value if key.value != "<<" or key.style}
    for key, value in node.value:
        if key.value == "<<" and not key.style:
            for source in value.value if value.id == "sequence" else [value]:
                for pair in list_entries(source, depth + 1) if source.id == "mapping" else [(key, source)]:
                    found.setdefault(pair[0].value, pair)
    return list(found.values())
