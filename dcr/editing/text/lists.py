"""Lists of small mappings: an entry added at the end, or all of them replaced, in the layout that is there."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

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

if TYPE_CHECKING:
    from collections.abc import Sequence

    from dcr.editing.text.document import Pair, YamlDocument
    from dcr.editing.text.keys import KeyPosition

Entry = dict[str, str]
_NULLS = ("", "~", "null", "Null", "NULL")


def replace_list(sheet: YamlDocument, target: KeyPosition, entries: Sequence[Entry]) -> YamlDocument:
    """Return the sheet with a list of entries in place of the one that a key has.

    Raises `EditRefusedError`, also where a comment would be lost.
    """
    pair = find_unmerged_pair(sheet, get_mapping(sheet, target), target.key)
    if pair is None or _is_null(pair[1]):
        return _create_list(sheet, target, pair, entries)
    node = pair[1]
    if get_value(node) == list(entries):
        return sheet
    _require_list(sheet, pair)
    start, end = node.start_mark.index, find_content_end(sheet, node)
    _require_no_comments(sheet, node, end)
    expected = build_expected_value(sheet, target, list(entries))
    if node.flow_style:
        return sheet.with_text(start, end, _format_flow_list(entries, _find_key_style(node)), expected, node)
    indent = " " * node.start_mark.column
    items = [
        _format_block_item(each, indent, sheet.find_line_break(start), flow=_is_flow_mapping(node.value[0]))
        for each in entries
    ]
    return sheet.with_text(start, end, (sheet.find_line_break(start) + indent).join(items), expected, node)


def append_entry(sheet: YamlDocument, target: KeyPosition, entry: Entry) -> YamlDocument:
    """Return the sheet with an entry at the end of the list that a key has. Raises `EditRefusedError`."""
    pair = find_unmerged_pair(sheet, get_mapping(sheet, target), target.key)
    if pair is None or _is_null(pair[1]):
        return _create_list(sheet, target, pair, [entry])
    node = pair[1]
    _require_list(sheet, pair)
    expected = build_expected_value(sheet, target, [*get_value(node), entry])
    if not node.value:
        at = node.end_mark.index - 1
        return sheet.with_text(at, at, _format_flow_entry(entry), expected, node)
    last = node.value[-1]
    if is_alias(last, node):
        raise sheet.refusal(node, f"the last entry of {target.key} is an alias")
    if node.flow_style:
        at = last.end_mark.index
        return sheet.with_text(at, at, f", {_format_flow_entry(entry, _find_key_style(node))}", expected, node)
    at = sheet.find_line_end(find_content_end(sheet, last))
    indent = " " * node.start_mark.column
    line_break = sheet.find_line_break(at)
    text = f"{line_break}{indent}{_format_block_item(entry, indent, line_break, flow=_is_flow_mapping(last))}"
    return sheet.with_text(at, at, text, expected, node)


def _create_list(sheet: YamlDocument, target: KeyPosition, pair: Pair | None, entries: Sequence[Entry]) -> YamlDocument:
    """Write a list where there is none, or an empty key."""
    mapping = get_mapping(sheet, target)
    expected = build_expected_value(sheet, target, list(entries))
    if pair is None:
        if mapping.flow_style:
            return insert_key(sheet, target, list(entries), _format_flow_list)
        above = get_preceding_pair(sheet, mapping, target)
        at = sheet.find_line_end(find_content_end(sheet, above[1]))
        key = f"{sheet.find_line_break(at)}{' ' * above[0].start_mark.column}{target.key}:"
        return sheet.with_text(at, at, key + _format_block_list(sheet, above, at, entries), expected, above[0])
    require_plain_value(sheet, pair)
    start, end = pair[1].start_mark.index, pair[1].end_mark.index
    if start != end:
        return sheet.with_text(start, end, _format_flow_list(entries), expected, pair[0])
    if mapping.flow_style:
        raise sheet.refusal(pair[0], f"{target.key} has no value to replace")
    at = sheet.find_line_end(pair[0].end_mark.index)
    return sheet.with_text(at, at, _format_block_list(sheet, pair, at, entries), expected, pair[0])


def _require_list(sheet: YamlDocument, pair: Pair) -> None:
    require_plain_value(sheet, pair)
    if pair[1].id != "sequence":
        raise sheet.refusal(pair[1], f"{pair[0].value} is no list")


def _format_block_list(sheet: YamlDocument, pair: Pair, at: int, entries: Sequence[Entry]) -> str:
    """Return the lines of a list below a key, two columns further in."""
    indent = " " * (pair[0].start_mark.column + 2)
    line_break = sheet.find_line_break(at)
    return "".join(
        f"{line_break}{indent}{_format_block_item(each, indent, line_break, flow=False)}" for each in entries
    )


def _format_block_item(entry: Entry, indent: str, line_break: str, *, flow: bool) -> str:
    if flow:
        return f"- {_format_flow_entry(entry)}"
    return "- " + f"{line_break}{indent}  ".join(f"{key}: {quote(value)}" for key, value in entry.items())


def _format_flow_entry(entry: Entry, like: str | None = None) -> str:
    inner = (f"{quote(key, like, flow=True)}: {quote(value, like, flow=True)}" for key, value in entry.items())
    return "{{{}}}".format(", ".join(inner))


def _format_flow_list(entries: Sequence[Entry], like: str | None = None, *, flow: bool = True) -> str:
    del flow  # a list within brackets is written as one outside them
    return "[{}]".format(", ".join(_format_flow_entry(each, like) for each in entries))


def _is_null(node: Any) -> bool:
    return node.id == "scalar" and not node.style and node.value in _NULLS


def _is_flow_mapping(node: Any) -> bool:
    return node.id == "mapping" and bool(node.flow_style)


def _find_key_style(node: Any) -> str | None:
    """Return the quotes that keys within a list have: JSON stays JSON."""
    first = next((key for each in node.value if each.id == "mapping" for key, _ in each.value), None)
    return DOUBLE if first is not None and first.style == DOUBLE else None


def _require_no_comments(sheet: YamlDocument, node: Any, end: int) -> None:
    """Raise `EditRefusedError` where replacing a list would take a comment away, or what others repeat."""
    start = node.start_mark.index
    rest = list(sheet.text[start:end])
    for each in iterate_scalars(node):
        first, last = each.start_mark.index, each.end_mark.index
        if first < start or sheet.text[first] == "&" or (each.style and each.style in "|>"):
            raise sheet.refusal(each, "the list that would be replaced holds an anchor, an alias or a block of text")
        rest[first - start : last - start] = " " * (last - first)
    found = re.search(r"[#&*]", "".join(rest))
    if found is not None:
        line = sheet.text.count("\n", 0, start + found.start()) + 1
        what = "a comment" if found.group() == "#" else "an anchor or alias"
        raise sheet.refusal(node, f"the list that would be replaced holds {what} on line {line}")
