"""Adds or replaces the entries of a list in the text of a YAML file, and keeps its layout."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

from dcr.editing.text.document import find_content_end, get_value, is_alias, iterate_scalars
from dcr.editing.text.keys import (
    build_expected_value,
    find_unmerged_pair,
    get_mapping,
    get_preceding_pair,
    insert_key,
    require_plain_value,
)
from dcr.editing.text.quoting import DOUBLE, quote
from dcr.parsing.yaml_reader import compose

if TYPE_CHECKING:
    from collections.abc import Sequence

    from dcr.editing.text.document import Pair, YamlDocument
    from dcr.editing.text.keys import KeyPosition


class FlowSource(NamedTuple):
    """A value as its YAML source on one line, such as `[a, b]`."""

    text: str


Entry = Mapping[str, str | FlowSource]
_NULLS = ("", "~", "null", "Null", "NULL")


def replace_list(document: YamlDocument, position: KeyPosition, entries: Sequence[Entry]) -> YamlDocument:
    """Return the document with new entries in the list of a key.

    Raise `EditRefusedError` if the edit would change anything else or remove a comment.
    """
    pair = find_unmerged_pair(document, get_mapping(document, position), position.key)
    if pair is None or _is_null(pair[1]):
        return _create_list(document, position, pair, entries)
    node = pair[1]
    if get_value(node) == _get_values(entries):
        return document
    _require_list(document, pair)
    start, end = node.start_mark.index, find_content_end(document, node)
    _require_no_comments(document, node, end)
    expected = build_expected_value(document, position, _get_values(entries))
    if node.flow_style:
        return document.with_text(start, end, _format_flow_list(entries, _find_key_style(node)), expected, node)
    indent = " " * node.start_mark.column
    items = [
        _format_block_item(entry, indent, document.find_line_break(start), flow=_is_flow_mapping(node.value[0]))
        for entry in entries
    ]
    return document.with_text(start, end, (document.find_line_break(start) + indent).join(items), expected, node)


def append_entry(document: YamlDocument, position: KeyPosition, entry: Entry) -> YamlDocument:
    """Return the document with an entry at the end of the list of a key. Raise `EditRefusedError` if it is unsafe."""
    pair = find_unmerged_pair(document, get_mapping(document, position), position.key)
    if pair is None or _is_null(pair[1]):
        return _create_list(document, position, pair, [entry])
    node = pair[1]
    _require_list(document, pair)
    expected = build_expected_value(document, position, [*get_value(node), *_get_values([entry])])
    if not node.value:
        at = node.end_mark.index - 1
        return document.with_text(at, at, _format_flow_entry(entry), expected, node)
    last = node.value[-1]
    if is_alias(last, node):
        raise document.refusal(node, f"the last entry of {position.key} is an alias")
    if node.flow_style:
        at = last.end_mark.index
        return document.with_text(at, at, f", {_format_flow_entry(entry, _find_key_style(node))}", expected, node)
    at = document.find_line_end(find_content_end(document, last))
    indent = " " * node.start_mark.column
    line_break = document.find_line_break(at)
    text = f"{line_break}{indent}{_format_block_item(entry, indent, line_break, flow=_is_flow_mapping(last))}"
    return document.with_text(at, at, text, expected, node)


def _create_list(
    document: YamlDocument, position: KeyPosition, pair: Pair | None, entries: Sequence[Entry]
) -> YamlDocument:
    """Write a list for a key that does not exist or has no value."""
    mapping = get_mapping(document, position)
    expected = build_expected_value(document, position, _get_values(entries))
    if pair is None:
        if mapping.flow_style:
            return insert_key(
                document, position, _get_values(entries), lambda _, like, **__: _format_flow_list(entries, like)
            )
        above = get_preceding_pair(document, mapping, position)
        at = document.find_line_end(find_content_end(document, above[1]))
        key = f"{document.find_line_break(at)}{' ' * above[0].start_mark.column}{position.key}:"
        return document.with_text(at, at, key + _format_block_list(document, above, at, entries), expected, above[0])
    require_plain_value(document, pair)
    start, end = pair[1].start_mark.index, pair[1].end_mark.index
    if start != end:
        return document.with_text(start, end, _format_flow_list(entries), expected, pair[0])
    if mapping.flow_style:
        raise document.refusal(pair[0], f"{position.key} has no value to replace")
    at = document.find_line_end(pair[0].end_mark.index)
    return document.with_text(at, at, _format_block_list(document, pair, at, entries), expected, pair[0])


def _require_list(document: YamlDocument, pair: Pair) -> None:
    require_plain_value(document, pair)
    if pair[1].id != "sequence":
        raise document.refusal(pair[1], f"{pair[0].value} is not a list")


def _format_block_list(document: YamlDocument, pair: Pair, at: int, entries: Sequence[Entry]) -> str:
    """Return the lines of a list below a key, indented by two columns."""
    indent = " " * (pair[0].start_mark.column + 2)
    line_break = document.find_line_break(at)
    return "".join(
        f"{line_break}{indent}{_format_block_item(entry, indent, line_break, flow=False)}" for entry in entries
    )


def _format_block_item(entry: Entry, indent: str, line_break: str, *, flow: bool) -> str:
    if flow:
        return f"- {_format_flow_entry(entry)}"
    return "- " + f"{line_break}{indent}  ".join(f"{key}: {_format_value(value)}" for key, value in entry.items())


def _format_flow_entry(entry: Entry, like: str | None = None) -> str:
    inner = (f"{quote(key, like, flow=True)}: {_format_value(value, like, flow=True)}" for key, value in entry.items())
    return "{{{}}}".format(", ".join(inner))


def _format_flow_list(entries: Sequence[Entry], like: str | None = None) -> str:
    return "[{}]".format(", ".join(_format_flow_entry(entry, like) for entry in entries))


def _format_value(value: str | FlowSource, like: str | None = None, *, flow: bool = False) -> str:
    return value.text if isinstance(value, FlowSource) else quote(value, like, flow=flow)


def _get_values(entries: Sequence[Entry]) -> list[dict[str, Any]]:
    """Return entries as `get_value` reads them."""
    return [
        {
            key: get_value(compose(value.text.encode("utf-8"))) if isinstance(value, FlowSource) else value
            for key, value in entry.items()
        }
        for entry in entries
    ]


def _is_null(node: Any) -> bool:
    return node.id == "scalar" and not node.style and node.value in _NULLS


def _is_flow_mapping(node: Any) -> bool:
    return node.id == "mapping" and bool(node.flow_style)


def _find_key_style(node: Any) -> str | None:
    """Return the quotes of the keys in a list, so that JSON stays JSON."""
    first = next((key for item in node.value if item.id == "mapping" for key, _ in item.value), None)
    return DOUBLE if first is not None and first.style == DOUBLE else None


def _require_no_comments(document: YamlDocument, node: Any, end: int) -> None:
    """Raise `EditRefusedError` if replacing a list would remove a comment, an anchor or an alias."""
    start = node.start_mark.index
    rest = list(document.text[start:end])
    for scalar in iterate_scalars(node):
        first, last = scalar.start_mark.index, scalar.end_mark.index
        if first < start or document.text[first] == "&" or (scalar.style and scalar.style in "|>"):
            raise document.refusal(scalar, "the list to replace contains an anchor, an alias or a block scalar")
        rest[first - start : last - start] = " " * (last - first)
    match = re.search(r"[#&*]", "".join(rest))
    if match is not None:
        line = document.text.count("\n", 0, start + match.start()) + 1
        what = "a comment" if match.group() == "#" else "an anchor or alias"
        raise document.refusal(node, f"the list to replace contains {what} on line {line}")
