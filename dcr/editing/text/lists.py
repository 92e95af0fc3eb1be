"""Lists of small mappings: an entry added at the end, or all of them replaced, in the layout that is there."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from dcr.editing.text.document import content_end, is_alias, meant, scalars_of
from dcr.editing.text.keys import anchor, expected_with, insert, mapping_of, own_pair, refuse_odd
from dcr.editing.text.quoting import DOUBLE, quoted

if TYPE_CHECKING:
    from collections.abc import Sequence

    from dcr.editing.text.document import Pair, Sheet
    from dcr.editing.text.keys import Target

Entry = dict[str, str]
_NOTHING = ("", "~", "null", "Null", "NULL")


def replace(sheet: Sheet, target: Target, entries: Sequence[Entry]) -> Sheet:
    """Return the sheet with a list of entries in place of the one that a key has.

    Raises `EditRefusedError`, also where a comment would be lost.
    """
    pair = own_pair(sheet, mapping_of(sheet, target), target.key)
    if pair is None or _is_nothing(pair[1]):
        return _begin(sheet, target, pair, entries)
    node = pair[1]
    if meant(node) == list(entries):
        return sheet
    _refuse_no_list(sheet, pair)
    start, end = node.start_mark.index, content_end(sheet, node)
    _refuse_comments(sheet, node, end)
    expected = expected_with(sheet, target, list(entries))
    if node.flow_style:
        return sheet.with_text(start, end, _flow_list(entries, _style(node)), expected, node)
    indent = " " * node.start_mark.column
    items = [_item(each, indent, sheet.line_break(start), flow=_is_flow(node.value[0])) for each in entries]
    return sheet.with_text(start, end, (sheet.line_break(start) + indent).join(items), expected, node)


def append(sheet: Sheet, target: Target, entry: Entry) -> Sheet:
    """Return the sheet with an entry at the end of the list that a key has. Raises `EditRefusedError`."""
    pair = own_pair(sheet, mapping_of(sheet, target), target.key)
    if pair is None or _is_nothing(pair[1]):
        return _begin(sheet, target, pair, [entry])
    node = pair[1]
    _refuse_no_list(sheet, pair)
    expected = expected_with(sheet, target, [*meant(node), entry])
    if not node.value:
        at = node.end_mark.index - 1
        return sheet.with_text(at, at, _flow_entry(entry), expected, node)
    last = node.value[-1]
    if is_alias(last, node):
        raise sheet.refused(node, f"the last entry of {target.key} is an alias")
    if node.flow_style:
        at = last.end_mark.index
        return sheet.with_text(at, at, f", {_flow_entry(entry, _style(node))}", expected, node)
    at = sheet.line_end(content_end(sheet, last))
    indent = " " * node.start_mark.column
    line_break = sheet.line_break(at)
    text = f"{line_break}{indent}{_item(entry, indent, line_break, flow=_is_flow(last))}"
    return sheet.with_text(at, at, text, expected, node)


def _begin(sheet: Sheet, target: Target, pair: Pair | None, entries: Sequence[Entry]) -> Sheet:
    """Write a list where there is none, or an empty key."""
    mapping = mapping_of(sheet, target)
    expected = expected_with(sheet, target, list(entries))
    if pair is None:
        if mapping.flow_style:
            return insert(sheet, target, list(entries), _flow_list)
        above = anchor(sheet, mapping, target)
        at = sheet.line_end(content_end(sheet, above[1]))
        key = f"{sheet.line_break(at)}{' ' * above[0].start_mark.column}{target.key}:"
        return sheet.with_text(at, at, key + _block(sheet, above, at, entries), expected, above[0])
    refuse_odd(sheet, pair)
    start, end = pair[1].start_mark.index, pair[1].end_mark.index
    if start != end:
        return sheet.with_text(start, end, _flow_list(entries), expected, pair[0])
    if mapping.flow_style:
        raise sheet.refused(pair[0], f"{target.key} has no value to replace")
    at = sheet.line_end(pair[0].end_mark.index)
    return sheet.with_text(at, at, _block(sheet, pair, at, entries), expected, pair[0])


def _refuse_no_list(sheet: Sheet, pair: Pair) -> None:
    refuse_odd(sheet, pair)
    if pair[1].id != "sequence":
        raise sheet.refused(pair[1], f"{pair[0].value} is no list")


def _block(sheet: Sheet, pair: Pair, at: int, entries: Sequence[Entry]) -> str:
    """Return the lines of a list below a key, two columns further in."""
    indent = " " * (pair[0].start_mark.column + 2)
    line_break = sheet.line_break(at)
    return "".join(f"{line_break}{indent}{_item(each, indent, line_break, flow=False)}" for each in entries)


def _item(entry: Entry, indent: str, line_break: str, *, flow: bool) -> str:
    if flow:
        return f"- {_flow_entry(entry)}"
    return "- " + f"{line_break}{indent}  ".join(f"{key}: {quoted(value)}" for key, value in entry.items())


def _flow_entry(entry: Entry, like: str | None = None) -> str:
    inner = (f"{quoted(key, like, flow=True)}: {quoted(value, like, flow=True)}" for key, value in entry.items())
    return "{{{}}}".format(", ".join(inner))


def _flow_list(entries: Sequence[Entry], like: str | None = None, *, flow: bool = True) -> str:
    del flow  # a list within brackets is written as one outside them
    return "[{}]".format(", ".join(_flow_entry(each, like) for each in entries))


def _is_nothing(node: Any) -> bool:
    return node.id == "scalar" and not node.style and node.value in _NOTHING


def _is_flow(node: Any) -> bool:
    return node.id == "mapping" and bool(node.flow_style)


def _style(node: Any) -> str | None:
    """Return the quotes that keys within a list have: JSON stays JSON."""
    first = next((key for each in node.value if each.id == "mapping" for key, _ in each.value), None)
    return DOUBLE if first is not None and first.style == DOUBLE else None


def _refuse_comments(sheet: Sheet, node: Any, end: int) -> None:
    """Raise `EditRefusedError` where replacing a list would take a comment away, or what others repeat."""
    start = node.start_mark.index
    rest = list(sheet.text[start:end])
    for each in scalars_of(node):
        first, last = each.start_mark.index, each.end_mark.index
        if first < start or sheet.text[first] == "&" or (each.style and each.style in "|>"):
            raise sheet.refused(each, "the list that would be replaced holds an anchor, an alias or a block of text")
        rest[first - start : last - start] = " " * (last - first)
    found = re.search(r"[#&*]", "".join(rest))
    if found is not None:
        line = sheet.text.count("\n", 0, start + found.start()) + 1
        what = "a comment" if found.group() == "#" else "an anchor or alias"
        raise sheet.refused(node, f"the list that would be replaced holds {what} on line {line}")
