"""Edits the text of a native contract so that it has new values: what is unchanged keeps its text and its comments.

A file is a mapping of entries, and each entry is some lines: the comments above it, the key and its value. Only the
lines of entries whose value differs are written anew. The result is read again before it is used.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from dcr.api.writing.yaml_text import render_entry, render_flow, render_item
from dcr.contract.native_mapping import build_native_mapping
from dcr.editing.text.document import EditRefusedError, YamlDocument, find_content_end
from dcr.formats import read_content
from dcr.parsing.location import Location

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dcr.contract.contract import Contract

_ORDER = (
    "name", "dataset_id", "version", "type", "required", "description", "status", "deprecation_uri", "deprecated",
    "enum", "min_length", "max_length", "pattern", "format", "minimum", "maximum", "exclusive_minimum",
    "exclusive_maximum", "multiple_of", "unique", "min_items", "max_items", "primary_key", "owners", "freshness_sla",
    "items", "fields",
)  # fmt: skip
"""The keys of contracts and fields in the order in which new ones are added."""

_MANUAL_HINT = "edit the file in a branch and open a pull request"


class _Chunk(NamedTuple):
    """The text of one entry or item, with the comments above it. Its own node starts at `at`."""

    start: int
    at: int
    end: int


def edit_contract(path: str, content: bytes, previous: Contract, proposed: Contract) -> bytes:
    """Return a file's bytes with another contract. Raise `EditRefusedError` where the layout cannot be kept."""
    document = YamlDocument(path, content, _MANUAL_HINT)
    editor = _Editor(document)
    before, after = build_native_mapping(previous), build_native_mapping(proposed)
    text = editor.edit_mapping(document.root, before, after, is_root=True)
    edited = (b"\xef\xbb\xbf" if document.bom else b"") + text.encode("utf-8")
    read = read_content(path, edited)
    if read.contracts != (proposed,) or read.format != "native":
        raise EditRefusedError(Location(path), "this layout cannot be edited safely", _MANUAL_HINT)
    return edited


class _Editor:
    """Builds the new text of one document."""

    def __init__(self, document: YamlDocument) -> None:
        self._document, self._text = document, document.text

    def edit_mapping(self, node: Any, before: dict[str, Any], after: dict[str, Any], *, is_root: bool = False) -> str:
        """Return the text of a mapping with new values; for the root, that of the whole file."""
        start = 0 if is_root else node.start_mark.index
        if node.flow_style:
            end = node.end_mark.index
            text = self._edit_flow_mapping(node, before, after)
            return f"{self._text[: node.start_mark.index]}{text}{self._text[end:]}" if is_root else text
        chunks = self._split(node, [pair[0] for pair in node.value], [pair[1] for pair in node.value], start)
        parts: list[tuple[str, str]] = []
        for (key, value), chunk in zip(node.value, chunks, strict=True):
            parts.append((key.value, self._edit_entry(key, value, chunk, before, after)))
        lines = self._document.find_line_break(node.start_mark.index)
        indent = " " * node.start_mark.column
        kept = [(name, text) for name, text in parts if text]
        if not kept or kept[0][0] != parts[0][0]:
            raise self._refuse(node)  # the first key shares its line with what is before the mapping
        for name in sorted(after.keys() - {name for name, _ in parts}, key=_ORDER.index):
            entry = render_entry(name, after[name], indent, lines) + lines
            at = _find_position(name, [known for known, _ in kept])
            if not kept[at - 1][1].endswith(("\n", "\r")):
                kept[at - 1] = (kept[at - 1][0], kept[at - 1][1] + lines)
            kept.insert(at, (name, entry))
        text = "".join(each for _, each in kept)
        return text + self._text[chunks[-1].end :] if is_root else text

    def _edit_entry(self, key: Any, value: Any, chunk: _Chunk, before: dict[str, Any], after: dict[str, Any]) -> str:
        """Return the text of an entry of a block mapping; nothing if it is removed."""
        name, text = key.value, self._text
        if name not in _ORDER or before.get(name) == after.get(name):
            return text[chunk.start : chunk.end]
        if name not in after:
            return ""
        head, tail = text[chunk.start : value.start_mark.index], self._find_tail(value, chunk)
        if name == "fields" and before.get(name) and value.id == "sequence" and not value.flow_style:
            return head + self._edit_fields(value, before[name], after[name], chunk)
        if name == "items" and before.get(name) and value.id == "mapping":
            inner = self.edit_mapping(value, before[name], after[name])
            return head + inner + ("" if not value.flow_style else tail)
        self._require_replaceable(value)
        line_break = self._document.find_line_break(key.start_mark.index)
        entry = render_entry(name, after[name], " " * key.start_mark.column, line_break)
        return text[chunk.start : key.start_mark.index] + entry.lstrip(" ") + tail

    def _edit_fields(self, node: Any, before: list[Any], after: list[Any], whole: _Chunk) -> str:
        """Return the items of a block list of fields, matched by name, in the new order."""
        start = node.start_mark.index
        chunks = self._split(node, node.value, node.value, start, dashes=True)
        known = {}
        for item, chunk, values in zip(node.value, chunks, before, strict=True):
            known[values["name"]] = (item, chunk, values)
        lines = self._document.find_line_break(start)
        column = " " * node.start_mark.column
        texts = []
        for values in after:
            if values["name"] in known:
                item, chunk, previous = known[values["name"]]
                text = self._edit_item(item, chunk, previous, values)
            else:
                text = f"{column}- {render_item(values, column + '  ', lines)}{lines}"
            texts.append(text if text.endswith(("\n", "\r")) else text + lines)
        first = texts[0]
        # The first item's text begins at its dash, behind the indentation that belongs to what is before it.
        if after[0]["name"] not in known or known[after[0]["name"]][1].start != start:
            first = first.removeprefix(column) if first.startswith(column) else first
        texts = [first, *(self._indent(text, column) for text in texts[1:])]
        return "".join(texts) + self._text[chunks[-1].end : whole.end]

    def _indent(self, text: str, column: str) -> str:
        """Return the text of an item that is not the first: its first line has the list's indentation."""
        return text if not column or text.startswith((column, "#", "\n", "\r")) else column + text

    def _edit_item(self, node: Any, chunk: _Chunk, before: dict[str, Any], after: dict[str, Any]) -> str:
        text = self._text
        if before == after:
            return text[chunk.start : chunk.end]
        if node.id != "mapping":
            raise self._refuse(node)
        head = text[chunk.start : node.start_mark.index]
        if node.flow_style:
            return head + self._edit_flow_mapping(node, before, after) + text[node.end_mark.index : chunk.end]
        try:
            return head + self.edit_mapping(node, before, after)
        except EditRefusedError:
            self._require_replaceable(node)
            indent, line_break = " " * node.start_mark.column, self._document.find_line_break(node.start_mark.index)
            return head + render_item(after, indent, line_break) + self._find_tail(node, chunk)

    def _edit_flow_mapping(self, node: Any, before: dict[str, Any], after: dict[str, Any]) -> str:
        """Return a mapping in braces with new values; keys that dcr does not read keep their text."""
        self._require_replaceable(node)
        entries = []
        for key, value in node.value:
            name = key.value
            source = self._text[key.start_mark.index : value.end_mark.index]
            if name not in _ORDER or (before.get(name) == after.get(name) and name in after):
                entries.append((name, source))
            elif name in after:
                entries.append(
                    (name, f"{self._document.get_source(key)}: {render_flow(after[name], key=name, flow=True)}")
                )
        for name in sorted(after.keys() - {name for name, _ in entries}, key=_ORDER.index):
            at = _find_position(name, [known for known, _ in entries])
            entries.insert(at, (name, f"{name}: {render_flow(after[name], key=name, flow=True)}"))
        return "{{{}}}".format(", ".join(source for _, source in entries))

    def _split(
        self, node: Any, firsts: list[Any], lasts: list[Any], start: int, *, dashes: bool = False
    ) -> list[_Chunk]:
        """Return the text of each entry of a block: it begins with the comments above it."""
        chunks: list[_Chunk] = []
        end = start
        for first, last in zip(firsts, lasts, strict=True):
            at = first.start_mark.index
            if at < end:
                raise self._refuse(node)  # an alias: its text is elsewhere
            begin = self._find_dash(end, at) if dashes else at
            content_end = max(find_content_end(self._document, last), first.end_mark.index if not dashes else at)
            stop = self._skip_line_end(self._document.find_line_end(content_end))
            chunks.append(_Chunk(end if chunks else start, begin, stop))
            end = stop
        return chunks

    def _find_dash(self, start: int, at: int) -> int:
        found = self._text.rfind("-", start, at)
        return found if found >= 0 else at

    def _skip_line_end(self, at: int) -> int:
        if self._text.startswith("\r\n", at):
            return at + 2
        return min(at + 1, len(self._text))

    def _find_tail(self, value: Any, chunk: _Chunk) -> str:
        """Return what is behind a value on its last line: a comment and the line break."""
        return self._text[find_content_end(self._document, value) : chunk.end]

    def _require_replaceable(self, node: Any) -> None:
        """Raise if text that would be replaced has a comment, an anchor or an alias."""
        start, end = node.start_mark.index, find_content_end(self._document, node)
        rest = list(self._text[start:end])
        for each in _iterate_scalars(node):
            first, last = each.start_mark.index, each.end_mark.index
            if first < start or self._text[first : first + 1] in ("&", "*"):
                raise self._refuse(node)
            rest[first - start : last - start] = " " * (last - first)
        if any(each in "#&*" for each in rest):
            raise self._refuse(node)

    def _refuse(self, node: Any) -> EditRefusedError:
        return self._document.refusal(node, "this layout cannot be edited without losing comments")


def _find_position(name: str, known: list[str]) -> int:
    """Return where a new key goes: behind the last known one that precedes it in the usual order."""
    preceding = [at for at, each in enumerate(known, 1) if each in _ORDER and _ORDER.index(each) < _ORDER.index(name)]
    return max(preceding, default=len(known))


def _iterate_scalars(node: Any) -> Iterator[Any]:
    if node.id == "scalar":
        yield node
    for each in node.value if node.id != "scalar" else ():
        for inner in each if isinstance(each, tuple) else (each,):
            yield from _iterate_scalars(inner)
