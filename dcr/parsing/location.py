"""Places in the user's own files: where a finding points, and how a node's keys are found."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from yaml import Node


class Location(NamedTuple):
    """A place in a file: `line` and `column` count from 1, as editors do.

    `key` is what stands there in the file's own words, `schema[0].properties[3].logicalType`; empty when unknown.
    `commit` is the one that has the file so, where that is neither side of the comparison but an older text.
    """

    path: str
    line: int = 1
    column: int = 1
    key: str = ""
    commit: str = ""


class SourceNode:
    """The part of a file that one contract, field or section was read from.

    Answers where one of its keys stands. `spelling` maps dcr's word for a key to the format's own, with dots
    and numbers for what is nested (`min_length` is `logicalTypeOptions.minLength` in another format), so that a
    location is the line a person would edit. `elsewhere` are the places of keys that are said in another part of the
    file. A key may name a member, `primary_key.user_id`: its place is that of the key where members have none.
    """

    __slots__ = ("elsewhere", "node", "path", "spelling")

    def __init__(
        self,
        path: str,
        node: Node | None,
        spelling: Mapping[str, str] | None = None,
        elsewhere: Mapping[str, Location] | None = None,
    ) -> None:
        self.path = path
        self.node = node
        self.spelling = spelling
        self.elsewhere = elsewhere

    def locate(self, key: str | None = None) -> Location:
        """Return the place of `key`, or of the whole part when the key is not written out."""
        if self.node is None:
            return Location(self.path)
        found = self._elsewhere(key)
        return found or locate_node(
            self.path, _find_deepest(self.node, self._steps(key) if key is not None else (), {})
        )

    def find_text(self, key: str) -> str | None:
        """Return the source text of `key` where it holds a single value, and None otherwise."""
        return None if self.node is None else _find_text(self.node, self._steps(key))

    def get_key_name(self, key: str) -> str:
        """Return the format's own word for one of dcr's keys."""
        return next(step for step in reversed(self._spelled(key).split(".")) if not step.isdecimal())

    def _steps(self, key: str) -> list[str | int]:
        return [int(step) if step.isdecimal() else step for step in self._spelled(key).split(".")]

    def _spelled(self, key: str) -> str:
        if not self.spelling:
            return key
        return self.spelling.get(key) or self.spelling.get(key.partition(".")[0], key)

    def _elsewhere(self, key: str | None) -> Location | None:
        if not self.elsewhere or key is None:
            return None
        return self.elsewhere.get(key) or self.elsewhere.get(key.partition(".")[0])


def locate_node(path: str, node: Node) -> Location:
    """Return where a YAML node starts."""
    mark = node.start_mark
    return Location(path, mark.line + 1, mark.column + 1)


def locate_paths(path: str, root: Any, wheres: Iterable[tuple[str | int, ...]]) -> list[Location]:
    """Return, for each path of keys and indices, the place of the deepest part of it that is written in the file."""
    known: dict[int, dict[str, Any]] = {}
    return [locate_node(path, _find_deepest(root, where, known)) for where in wheres]


def _find_text(node: Any, steps: Sequence[str | int]) -> str | None:
    """Return the text of the single value that some steps lead to."""
    for step in steps:
        if isinstance(step, int):
            node = node.value[step] if node.id == "sequence" and step < len(node.value) else None
        else:
            pairs = node.value if node.id == "mapping" else ()
            node = next((value for key, value in pairs if key.value == step), None)
        if node is None:
            return None
    return str(node.value) if node.id == "scalar" else None


def _find_deepest(root: Any, where: Sequence[str | int], known: dict[int, dict[str, Any]]) -> Any:
    at = node = root
    for step in where:
        if isinstance(step, int):
            if node.id != "sequence" or step >= len(node.value):
                break
            at = node = node.value[step]
        else:
            if node.id == "mapping" and id(node) not in known:
                known[id(node)] = {pair[0].value: pair for pair in node.value}
            pair = known.get(id(node), {}).get(step)
            if pair is None:
                break
            at, node = pair
    return at
