"""Locates contracts, fields and their keys in source files."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from yaml import Node


class Location(NamedTuple):
    """A location in a file; `line` and `column` count from 1, as in editors.

    `key` is the key path at the location, such as `schema[0].properties[3].logicalType`, empty if it is unknown.
    `commit` is the commit of the file if it is on neither side of the comparison, empty otherwise.
    """

    path: str
    line: int = 1
    column: int = 1
    key: str = ""
    commit: str = ""


class SourceNode:
    """The part of a source file that one contract, field or section was read from, and the locations of its keys.

    `key_names` maps dcr's key to the format's own key path, with dots and indexes for nested keys (`min_length` is
    `logicalTypeOptions.minLength` in another format), so that a location is the line to edit. `other_locations` are
    the locations of keys in other parts of the file. For a member, as in `primary_key.user_id`, the key itself is
    looked up if the member is not.
    """

    __slots__ = ("key_names", "node", "other_locations", "path")

    def __init__(
        self,
        path: str,
        node: Node | None,
        key_names: Mapping[str, str] | None = None,
        other_locations: Mapping[str, Location] | None = None,
    ) -> None:
        self.path = path
        self.node = node
        self.key_names = key_names
        self.other_locations = other_locations

    def locate(self, key: str | None = None) -> Location:
        """Return the location of `key`, or of the whole part if the file does not contain the key."""
        if self.node is None:
            return self._find_other_location(key) or self._find_other_location("") or Location(self.path)
        steps = self._split_key(key) if key is not None else ()
        return self._find_other_location(key) or locate_node(self.path, _find_deepest(self.node, steps, {}))

    def pin(self, *keys: str) -> SourceNode:
        """Return the part without its tree, which takes much memory, but with the locations of these keys."""
        locations = {"": self.locate(), **{key: self.locate(key) for key in keys}}
        return SourceNode(self.path, None, self.key_names, locations)

    def find_text(self, key: str) -> str | None:
        """Return the source text of `key` if it is a single value, or None."""
        return None if self.node is None else _find_text(self.node, self._split_key(key))

    def get_key_name(self, key: str) -> str:
        """Return the format's own name of a key."""
        return next(step for step in reversed(self._translate_key(key).split(".")) if not step.isdecimal())

    def _split_key(self, key: str) -> list[str | int]:
        return [int(step) if step.isdecimal() else step for step in self._translate_key(key).split(".")]

    def _translate_key(self, key: str) -> str:
        if not self.key_names:
            return key
        return self.key_names.get(key) or self.key_names.get(key.partition(".")[0], key)

    def _find_other_location(self, key: str | None) -> Location | None:
        if not self.other_locations or key is None:
            return None
        return self.other_locations.get(key) or self.other_locations.get(key.partition(".")[0])


def locate_node(path: str, node: Node) -> Location:
    """Return the start of a YAML node."""
    mark = node.start_mark
    return Location(path, mark.line + 1, mark.column + 1)


def locate_paths(path: str, root: Any, key_paths: Iterable[tuple[str | int, ...]]) -> list[Location]:
    """Return, for each path of keys and indexes, the location of its deepest part that is in the file."""
    mappings: dict[int, dict[str, Any]] = {}
    return [locate_node(path, _find_deepest(root, key_path, mappings)) for key_path in key_paths]


def _find_text(node: Any, steps: Sequence[str | int]) -> str | None:
    """Return the text of the single value at a path of keys and indexes, or None."""
    for step in steps:
        if isinstance(step, int):
            node = node.value[step] if node.id == "sequence" and step < len(node.value) else None
        else:
            pairs = node.value if node.id == "mapping" else ()
            node = next((value for key, value in pairs if key.value == step), None)
        if node is None:
            return None
    return str(node.value) if node.id == "scalar" else None


def _find_deepest(root: Any, steps: Sequence[str | int], mappings: dict[int, dict[str, Any]]) -> Any:
    """Return the node of the last step that exists; `mappings` caches the pairs of mappings by key."""
    located = node = root
    for step in steps:
        if isinstance(step, int):
            if node.id != "sequence" or step >= len(node.value):
                break
            located = node = node.value[step]
        else:
            if node.id == "mapping" and id(node) not in mappings:
                mappings[id(node)] = {pair[0].value: pair for pair in node.value}
            pair = mappings.get(id(node), {}).get(step)
            if pair is None:
                break
            located, node = pair
    return located
