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


class Place:
    """The part of a file that one contract, field or section was read from.

    Answers where one of its keys stands. `spelling` maps dcr's word for a key to the format's own, with dots
    and numbers for what is nested (`min_length` is `logicalTypeOptions.minLength` in another format), so that a
    location is the line a person would edit.
    """

    __slots__ = ("node", "path", "spelling")

    def __init__(self, path: str, node: Node | None, spelling: Mapping[str, str] | None = None) -> None:
        self.path = path
        self.node = node
        self.spelling = spelling

    def at(self, key: str | None = None) -> Location:
        """Return the place of `key`, or of the whole part when the key is not written out."""
        if self.node is None:
            return Location(self.path)
        steps = self._spelled(key).split(".") if key is not None else ()
        return mark_location(self.path, _deepest(self.node, [int(s) if s.isdecimal() else s for s in steps], {}))

    def word(self, key: str) -> str:
        """Return the format's own word for one of dcr's keys."""
        return next(step for step in reversed(self._spelled(key).split(".")) if not step.isdecimal())

    def _spelled(self, key: str) -> str:
        return self.spelling.get(key, key) if self.spelling else key


def mark_location(path: str, node: Node) -> Location:
    """Return where a YAML node starts."""
    mark = node.start_mark
    return Location(path, mark.line + 1, mark.column + 1)


def places_of(path: str, root: Any, wheres: Iterable[tuple[str | int, ...]]) -> list[Location]:
    """Return, for each path of keys and indices, the place of the deepest part of it that is written in the file."""
    known: dict[int, dict[str, Any]] = {}
    return [mark_location(path, _deepest(root, where, known)) for where in wheres]


def _deepest(root: Any, where: Sequence[str | int], known: dict[int, dict[str, Any]]) -> Any:
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
