"""Holds the text and nodes of a YAML file, and replaces text after verifying the result."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, NamedTuple

from dcr.errors import DcrError
from dcr.parsing.location import Location, locate_node
from dcr.parsing.scalars import describe_misreading
from dcr.parsing.yaml_reader import InvalidYamlError, check_tree, compose, decode

if TYPE_CHECKING:
    from collections.abc import Iterator

_BOM = b"\xef\xbb\xbf"
_LINE_END = re.compile(r"\r\n|\r|\n")
Pair = tuple[Any, Any]


class EditRefusedError(DcrError):
    """An edit cannot be made safely. The message begins with the location; the hint describes the manual edit."""

    consequence = "nothing was written"

    def __init__(self, location: Location, message: str, manual_hint: str = "") -> None:
        super().__init__(f"{location.path}:{location.line}:{location.column}: {message}", manual_hint)
        self.location = location


class AmbiguousScalar(NamedTuple):
    """An unquoted scalar that some YAML readers do not read as its text."""

    text: str


class YamlDocument:
    """The text and nodes of a YAML file. `manual_hint` describes the manual edit where an edit is refused.

    `line_shifts` holds the line of each edit so far and the number of lines that it added. Locations refer to the
    file on disk.
    """

    __slots__ = ("bom", "line_shifts", "manual_hint", "path", "root", "text")

    def __init__(self, path: str, content: bytes, manual_hint: str = "") -> None:
        """Parse a file. Raise `EditRefusedError` if its content cannot be read."""
        self.path, self.manual_hint = path, manual_hint
        self.line_shifts: list[tuple[int, int]] = []
        self.bom = content.startswith(_BOM)
        try:
            self.text = decode(content)
            self.root: Any = compose(content)
            if self.root is not None:
                check_tree(self.root)
        except InvalidYamlError as error:
            raise EditRefusedError(Location(path, error.line, error.column), error.message, error.hint) from error

    @property
    def content(self) -> bytes:
        """The content of the file."""
        return (_BOM if self.bom else b"") + self.text.encode("utf-8")

    def locate(self, node: Any) -> Location:
        """Return the location of a node in the file on disk."""
        if node is None:
            return Location(self.path)
        location = locate_node(self.path, node)
        for line, added in reversed(self.line_shifts):
            if location.line > line:
                location = location._replace(line=max(line, location.line - added))
        return location

    def refusal(self, node: Any, message: str) -> EditRefusedError:
        """Return the error that explains why a node is not edited."""
        return EditRefusedError(self.locate(node), message, self.manual_hint)

    def get_source(self, node: Any) -> str:
        """Return the source text of a node."""
        return self.text[node.start_mark.index : node.end_mark.index]

    def find_pair(self, mapping: Any, key: str) -> Pair | None:
        """Return a key of a mapping and its value, without merge keys."""
        return next((pair for pair in mapping.value if pair[0].value == key), None)

    def find_line_end(self, index: int) -> int:
        """Return the end of the line at an index, before its line break."""
        match = _LINE_END.search(self.text, index)
        return match.start() if match else len(self.text)

    def find_line_break(self, index: int) -> str:
        """Return the line break after the line at an index; on the last line, the first line break of the file."""
        match = _LINE_END.match(self.text, self.find_line_end(index)) or _LINE_END.search(self.text)
        return match.group() if match else "\n"

    def get_line_prefix(self, index: int) -> str:
        """Return the text before an index on its line."""
        start = max(self.text.rfind("\n", 0, index), self.text.rfind("\r", 0, index)) + 1
        return self.text[start:index]

    def with_text(self, start: int, end: int, text: str, expected: object, node: Any) -> YamlDocument:
        """Return the document with a part of its text replaced, after verifying that its value is `expected`.

        Raise `EditRefusedError` at the location of `node` if it has another value.
        """
        new = (_BOM if self.bom else b"") + f"{self.text[:start]}{text}{self.text[end:]}".encode()
        try:
            after = YamlDocument(self.path, new, self.manual_hint)
        except EditRefusedError as error:
            raise self.refusal(node, "dcr cannot edit this layout safely") from error
        if get_value(after.root) != expected:
            raise self.refusal(node, "dcr cannot edit this layout safely")
        added = len(_LINE_END.findall(text)) - len(_LINE_END.findall(self.text[start:end]))
        after.line_shifts = [*self.line_shifts, (len(_LINE_END.findall(self.text[:start])) + 1, added)]
        return after


def is_alias(node: Any, before: Any) -> bool:
    """Return whether a value is an alias: then its source is before the node that it follows."""
    return bool(node.start_mark.index < before.start_mark.index)


def get_value(node: Any) -> Any:
    """Return the value of a node as strings, dictionaries and lists. Ambiguous scalars compare unequal to strings."""
    if node is None:
        return None
    if node.id == "scalar":
        plain = node.style or (node.value and describe_misreading(node.value) is None)
        return node.value if plain else AmbiguousScalar(node.value)
    if node.id == "mapping":
        return {key.value: get_value(value) for key, value in node.value}
    return [get_value(item) for item in node.value]


def iterate_scalars(node: Any) -> Iterator[Any]:
    """Yield every scalar in a node, including keys. Aliases repeat the scalars of their anchor."""
    if node.id == "scalar":
        yield node
    for item in node.value if node.id != "scalar" else ():
        for inner in item if isinstance(item, tuple) else (item,):
            yield from iterate_scalars(inner)


def find_content_end(document: YamlDocument, node: Any) -> int:
    """Return the end of a node's own text, before the comments and blank lines that follow it."""
    start, end = node.start_mark.index, node.end_mark.index
    if node.id == "scalar" or node.flow_style:
        return start + len(document.text[start:end].rstrip()) if node.id == "scalar" else int(end)
    last = start
    for item in node.value:
        for inner in item if isinstance(item, tuple) else (item,):
            if not is_alias(inner, node):
                last = max(last, find_content_end(document, inner))
    return int(last)
