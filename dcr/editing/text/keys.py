"""Sets a key of a mapping in the text of a YAML file."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, NamedTuple

from dcr.editing.text.document import find_content_end, get_value, is_alias
from dcr.editing.text.quoting import DOUBLE, quote

if TYPE_CHECKING:
    from collections.abc import Callable

    from dcr.editing.text.document import EditRefusedError, Pair, YamlDocument


class KeyPosition(NamedTuple):
    """A key and its position: the path of its mapping, and the keys below which a new key is written."""

    path: tuple[str | int, ...]
    key: str
    preceding_keys: tuple[str, ...]


def set_key(document: YamlDocument, position: KeyPosition, text: str) -> YamlDocument:
    """Return the document with a text as the value of a key.

    A new key is written below the first of the preceding keys that exists. Raise `EditRefusedError` if the edit
    would change anything else.
    """
    mapping = get_mapping(document, position)
    pair = find_unmerged_pair(document, mapping, position.key)
    if pair is None:
        return insert_key(document, position, text, quote)
    node = pair[1]
    if get_value(node) == text:
        return document
    require_plain_value(document, pair)
    expected = build_expected_value(document, position, text)
    if document.get_source(node) == "":
        start = _find_value_start(document, pair)
        return document.with_text(start, start, f" {quote(text, flow=mapping.flow_style)}", expected, node)
    if "\n" in document.get_source(node) or "\r" in document.get_source(node):
        raise document.refusal(node, f"the value of {position.key} spans several lines")
    new_source = quote(text, node.style or "", flow=mapping.flow_style)
    return document.with_text(node.start_mark.index, node.end_mark.index, new_source, expected, node)


def get_mapping(document: YamlDocument, position: KeyPosition) -> Any:
    """Return the mapping of a key. Raise `EditRefusedError` if it does not exist or is an alias."""
    node = document.root
    if node is None or node.id != "mapping":
        raise document.refusal(node, "the file is not a mapping")
    for step in position.path:
        if isinstance(step, int):
            key, inner = node, node.value[step]
        else:
            key, inner = find_unmerged_pair(document, node, step) or (node, None)
        if inner is None or inner.id == "scalar":
            raise document.refusal(key, f"mapping '{step}' does not exist")
        if is_alias(inner, key):
            raise _make_alias_error(document, (key, inner), str(step))
        node = inner
    if node.id != "mapping":
        raise document.refusal(node, f"'{position.path[-1]}' is not a mapping")
    return node


def find_unmerged_pair(document: YamlDocument, mapping: Any, key: str) -> Pair | None:
    """Return a key and its value, or None. Raise `EditRefusedError` if the key comes from a merge key."""
    pair = document.find_pair(mapping, key)
    if pair is not None:
        return pair
    for name, value in mapping.value:
        sources = value.value if value.id == "sequence" else [value]
        if name.value == "<<" and not name.style and any(_has_key(source, key) for source in sources):
            raise document.refusal(name, f"{key} comes from a merge key")
    return None


def require_plain_value(document: YamlDocument, pair: Pair) -> None:
    """Raise `EditRefusedError` if a value is an alias, has an anchor, or is a block scalar."""
    key, node = pair
    if is_alias(node, key):
        raise _make_alias_error(document, pair, key.value)
    if document.get_source(node).startswith("&"):
        raise document.refusal(node, f"the value of {key.value} has an anchor, so that aliases may repeat it")
    if node.id == "scalar" and node.style in ("|", ">"):
        raise document.refusal(node, f"the value of {key.value} is a block scalar")


def insert_key(document: YamlDocument, position: KeyPosition, value: Any, write: Callable[..., str]) -> YamlDocument:
    """Return the document with a new key. `write(value, like, flow=…)` returns the text of its value on one line."""
    mapping = get_mapping(document, position)
    pair = get_preceding_pair(document, mapping, position)
    expected = build_expected_value(document, position, value)
    if mapping.flow_style:
        like = DOUBLE if pair[0].style == DOUBLE else None  # JSON stays JSON
        text = f"{quote(position.key, like, flow=True)}: {write(value, like, flow=True)}"
        return _insert_flow_key(document, pair, text, expected)
    at = document.find_line_end(find_content_end(document, pair[1]))
    indent = " " * pair[0].start_mark.column
    line = f"{document.find_line_break(at)}{indent}{position.key}: {write(value)}"
    return document.with_text(at, at, line, expected, pair[0])


def get_preceding_pair(document: YamlDocument, mapping: Any, position: KeyPosition) -> Pair:
    """Return the pair below which a new key is written: the first preceding key with a plain value."""
    for key in position.preceding_keys:
        pair = document.find_pair(mapping, key)
        if pair and pair[1].id == "scalar" and pair[1].style not in ("|", ">") and not is_alias(pair[1], pair[0]):
            return pair
    if not position.preceding_keys:
        raise document.refusal(mapping, f"key '{position.key}' does not exist")
    keys = " or ".join(position.preceding_keys)
    raise document.refusal(mapping, f"found no {keys} with a plain value to write below")


def build_expected_value(document: YamlDocument, position: KeyPosition, value: Any) -> Any:
    """Return the value of the whole file after a key is set."""
    whole = get_value(document.root)
    inner = whole
    for step in position.path:
        inner = inner[step]
    inner[position.key] = value
    return whole


def _insert_flow_key(document: YamlDocument, pair: Pair, text: str, expected: Any) -> YamlDocument:
    """Insert a key on its own line if each key has one, else after another key."""
    key, node = pair
    end = node.end_mark.index
    indent = document.get_line_prefix(key.start_mark.index)
    rest = document.text[end : document.find_line_end(end)]
    if not indent.strip() and re.fullmatch(r"[ \t]*,[ \t]*(?:#.*)?", rest):
        at = document.find_line_end(end)
        return document.with_text(at, at, f"{document.find_line_break(at)}{indent}{text},", expected, key)
    return document.with_text(end, end, f", {text}", expected, key)


def _find_value_start(document: YamlDocument, pair: Pair) -> int:
    """Return the position after the colon of a key without a value."""
    end = pair[0].end_mark.index
    match = re.compile(r"[ \t]*:").match(document.text, end)
    if match is None:
        raise document.refusal(pair[0], f"{pair[0].value} has no value to replace")
    return match.end()


def _make_alias_error(document: YamlDocument, pair: Pair, name: str) -> EditRefusedError:
    line = pair[1].start_mark.line + 1
    return document.refusal(pair[0], f"the value of {name} is an alias of line {line}")


def _has_key(source: Any, key: str) -> bool:
    return source.id == "mapping" and any(name.value == key for name, _ in source.value)
