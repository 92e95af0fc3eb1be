"""Sets one key of a mapping: the value it has is replaced, or the key is written below another one."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, NamedTuple

from dcr.editing.text.document import find_content_end, get_value, is_alias
from dcr.editing.text.quoting import DOUBLE, quote

if TYPE_CHECKING:
    from collections.abc import Callable

    from dcr.editing.text.document import EditRefusedError, Pair, YamlDocument


class KeyPosition(NamedTuple):
    """A key and where it belongs: `path` leads to its mapping; a new one is written below one of the keys `preceding_keys`."""

    path: tuple[str | int, ...]
    key: str
    preceding_keys: tuple[str, ...]


def set_key(sheet: YamlDocument, target: KeyPosition, text: str) -> YamlDocument:
    """Return the sheet with a text as the value of a key.

    A key that is not there is written below the first of the target's others that is. Raises `EditRefusedError`
    where that cannot be done without touching anything else.
    """
    mapping = get_mapping(sheet, target)
    pair = find_unmerged_pair(sheet, mapping, target.key)
    if pair is None:
        return insert_key(sheet, target, text, quote)
    node = pair[1]
    if get_value(node) == text:
        return sheet
    require_plain_value(sheet, pair)
    expected = build_expected_value(sheet, target, text)
    if sheet.get_source(node) == "":
        start = _find_value_start(sheet, pair)
        return sheet.with_text(start, start, f" {quote(text, flow=mapping.flow_style)}", expected, node)
    if "\n" in sheet.get_source(node) or "\r" in sheet.get_source(node):
        raise sheet.refusal(node, f"the value of {target.key} is written over several lines")
    written = quote(text, node.style or "", flow=mapping.flow_style)
    return sheet.with_text(node.start_mark.index, node.end_mark.index, written, expected, node)


def get_mapping(sheet: YamlDocument, target: KeyPosition) -> Any:
    """Return the mapping that a key belongs to. Raises `EditRefusedError` when there is none of its own."""
    node = sheet.root
    if node is None or node.id != "mapping":
        raise sheet.refusal(node, "the file is no mapping")
    for step in target.path:
        at, inner = (
            (node, node.value[step]) if isinstance(step, int) else find_unmerged_pair(sheet, node, step) or (node, None)
        )
        if inner is None or inner.id == "scalar":
            raise sheet.refusal(at, f"there is no mapping '{step}' to write into")
        if is_alias(inner, at):
            raise _make_alias_error(sheet, (at, inner), str(step))
        node = inner
    if node.id != "mapping":
        raise sheet.refusal(node, f"'{target.path[-1]}' is no mapping to write into")
    return node


def find_unmerged_pair(sheet: YamlDocument, mapping: Any, key: str) -> Pair | None:
    """Return a key and its value, None when it is not there. Raises for one that comes through a merge key."""
    pair = sheet.find_pair(mapping, key)
    if pair is not None:
        return pair
    for each, value in mapping.value:
        sources = value.value if value.id == "sequence" else [value]
        if each.value == "<<" and not each.style and any(_has_key(source, key) for source in sources):
            raise sheet.refusal(each, f"{key} comes through a merge key")
    return None


def require_plain_value(sheet: YamlDocument, pair: Pair) -> None:
    """Raise `EditRefusedError` for a value that stands elsewhere, that others repeat, or that is a block of text."""
    key, node = pair
    if is_alias(node, key):
        raise _make_alias_error(sheet, pair, key.value)
    if sheet.get_source(node).startswith("&"):
        raise sheet.refusal(node, f"the value of {key.value} has an anchor, so other places may repeat it")
    if node.id == "scalar" and node.style in ("|", ">"):
        raise sheet.refusal(node, f"the value of {key.value} is a block of text")


def insert_key(sheet: YamlDocument, target: KeyPosition, value: Any, write: Callable[..., str]) -> YamlDocument:
    """Return the sheet with a new key; `write(value, like, flow=…)` is its value's text on one line."""
    mapping = get_mapping(sheet, target)
    pair = get_preceding_pair(sheet, mapping, target)
    expected = build_expected_value(sheet, target, value)
    if mapping.flow_style:
        like = DOUBLE if pair[0].style == DOUBLE else None  # JSON stays JSON
        text = f"{quote(target.key, like, flow=True)}: {write(value, like, flow=True)}"
        return _insert_flow_key(sheet, pair, text, expected)
    at = sheet.find_line_end(find_content_end(sheet, pair[1]))
    indent = " " * pair[0].start_mark.column
    line = f"{sheet.find_line_break(at)}{indent}{target.key}: {write(value)}"
    return sheet.with_text(at, at, line, expected, pair[0])


def get_preceding_pair(sheet: YamlDocument, mapping: Any, target: KeyPosition) -> Pair:
    """Return the key that a new one is written below: the first of the target's others with a value of its own."""
    for key in target.preceding_keys:
        pair = sheet.find_pair(mapping, key)
        if pair and pair[1].id == "scalar" and pair[1].style not in ("|", ">") and not is_alias(pair[1], pair[0]):
            return pair
    raise sheet.refusal(mapping, f"there is no {' or '.join(target.preceding_keys)} with a plain value to write below")


def build_expected_value(sheet: YamlDocument, target: KeyPosition, value: Any) -> Any:
    """Return what the file is to mean with a value in a key's place, and all else as it is."""
    whole = get_value(sheet.root)
    inner = whole
    for step in target.path:
        inner = inner[step]
    inner[target.key] = value
    return whole


def _insert_flow_key(sheet: YamlDocument, pair: Pair, text: str, expected: Any) -> YamlDocument:
    """Write a key on a line of its own where each key has one, else behind another one."""
    key, node = pair
    end = node.end_mark.index
    indent = sheet.get_line_prefix(key.start_mark.index)
    rest = sheet.text[end : sheet.find_line_end(end)]
    if not indent.strip() and re.fullmatch(r"[ \t]*,[ \t]*(?:#.*)?", rest):
        at = sheet.find_line_end(end)
        return sheet.with_text(at, at, f"{sheet.find_line_break(at)}{indent}{text},", expected, key)
    return sheet.with_text(end, end, f", {text}", expected, key)


def _find_value_start(sheet: YamlDocument, pair: Pair) -> int:
    """Return where the value of a key without one is to be written: behind the colon."""
    end = pair[0].end_mark.index
    found = re.compile(r"[ \t]*:").match(sheet.text, end)
    if found is None:
        raise sheet.refusal(pair[0], f"{pair[0].value} has no value to replace")
    return found.end()


def _make_alias_error(sheet: YamlDocument, pair: Pair, name: str) -> EditRefusedError:
    line = pair[1].start_mark.line + 1
    return sheet.refusal(pair[0], f"the value of {name} is an alias for what stands on line {line}")


def _has_key(source: Any, key: str) -> bool:
    return source.id == "mapping" and any(each.value == key for each, _ in source.value)
