"""One YAML file as an editor sees it: its text, its nodes, and new text that is read again before it is believed."""

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
    """An edit cannot be made without risk; the message names the place, the hint what to write there by hand."""

    consequence = "nothing was written"

    def __init__(self, place: Location, message: str, by_hand: str = "") -> None:
        super().__init__(f"{place.path}:{place.line}:{place.column}: {message}", by_hand)
        self.location = place


class AmbiguousScalar(NamedTuple):
    """A scalar without quotes that some reader takes for something else than its text."""

    text: str


class YamlDocument:
    """A file's text and nodes. `manual_hint` says what to write where an edit is refused.

    `line_shifts` says of the edits made so far below which line they added how many: places are those of the file.
    """

    __slots__ = ("bom", "line_shifts", "manual_hint", "path", "root", "text")

    def __init__(self, path: str, content: bytes, by_hand: str = "") -> None:
        """Raises `EditRefusedError` when the content cannot be read."""
        self.path, self.manual_hint = path, by_hand
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
        """The file's bytes."""
        return (_BOM if self.bom else b"") + self.text.encode("utf-8")

    def locate(self, node: Any) -> Location:
        """Return where a node stands in the file as it is on disk."""
        if node is None:
            return Location(self.path)
        place = locate_node(self.path, node)
        for line, added in reversed(self.line_shifts):
            if place.line > line:
                place = place._replace(line=max(line, place.line - added))
        return place

    def refusal(self, node: Any, message: str) -> EditRefusedError:
        """Return the error that says why the place of a node is not edited."""
        return EditRefusedError(self.locate(node), message, self.manual_hint)

    def get_source(self, node: Any) -> str:
        """Return the text that a node was read from."""
        return self.text[node.start_mark.index : node.end_mark.index]

    def find_pair(self, mapping: Any, key: str) -> Pair | None:
        """Return a key and its value as they are written in a mapping itself."""
        return next((pair for pair in mapping.value if pair[0].value == key), None)

    def find_line_end(self, index: int) -> int:
        """Return where the line of an index ends, before its line break."""
        found = _LINE_END.search(self.text, index)
        return found.start() if found else len(self.text)

    def find_line_break(self, index: int) -> str:
        """Return the line break that the line of an index ends with, else the file's first one."""
        found = _LINE_END.match(self.text, self.find_line_end(index)) or _LINE_END.search(self.text)
        return found.group() if found else "\n"

    def get_line_prefix(self, index: int) -> str:
        """Return what stands on the line of an index before it."""
        start = max(self.text.rfind("\n", 0, index), self.text.rfind("\r", 0, index)) + 1
        return self.text[start:index]

    def with_text(self, start: int, end: int, text: str, expected: object, node: Any) -> YamlDocument:
        """Return the sheet with a part of its text replaced, once it is known to mean exactly what is expected.

        Raises `EditRefusedError` at the place of `node` when it means anything else.
        """
        new = (_BOM if self.bom else b"") + f"{self.text[:start]}{text}{self.text[end:]}".encode()
        try:
            after = YamlDocument(self.path, new, self.manual_hint)
        except EditRefusedError as error:
            raise self.refusal(node, "this layout cannot be edited safely") from error
        if get_value(after.root) != expected:
            raise self.refusal(node, "this layout cannot be edited safely")
        added = len(_LINE_END.findall(text)) - len(_LINE_END.findall(self.text[start:end]))
        after.line_shifts = [*self.line_shifts, (len(_LINE_END.findall(self.text[:start])) + 1, added)]
        return after


def is_alias(node: Any, before: Any) -> bool:
    """Whether a value stands for an anchor elsewhere: it was read before what it follows."""
    return bool(node.start_mark.index < before.start_mark.index)


def get_value(node: Any) -> Any:
    """Return what nodes mean to every reader, in a form that compares: texts, pairs in order, lists."""
    if node is None:
        return None
    if node.id == "scalar":
        plain = node.style or (node.value and describe_misreading(node.value) is None)
        return node.value if plain else AmbiguousScalar(node.value)
    if node.id == "mapping":
        return {key.value: get_value(value) for key, value in node.value}
    return [get_value(each) for each in node.value]


def iterate_scalars(node: Any) -> Iterator[Any]:
    """Yield every scalar below a node, keys included; what aliases repeat comes again."""
    if node.id == "scalar":
        yield node
    for each in node.value if node.id != "scalar" else ():
        for inner in each if isinstance(each, tuple) else (each,):
            yield from iterate_scalars(inner)


def find_content_end(sheet: YamlDocument, node: Any) -> int:
    """Return where the last of a node's own text ends, before the comments and blank lines that follow it."""
    start, end = node.start_mark.index, node.end_mark.index
    if node.id == "scalar" or node.flow_style:
        return start + len(sheet.text[start:end].rstrip()) if node.id == "scalar" else int(end)
    found = start
    for each in node.value:
        for inner in each if isinstance(each, tuple) else (each,):
            if not is_alias(inner, node):
                found = max(found, find_content_end(sheet, inner))
    return int(found)
