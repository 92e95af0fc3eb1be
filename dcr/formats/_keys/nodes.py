"""Compares and formats the data of YAML nodes, without regard to quotes, layout and the order of keys."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dcr.formats._foreign.nodes import list_entries, resolve_scalar_leniently
from dcr.parsing.yaml_reader import truncate

if TYPE_CHECKING:
    from collections.abc import Iterator

MAX_LENGTH = 60


def is_null(node: Any) -> bool:
    """Return whether a node is null, written or left out."""
    return node.id == "scalar" and not node.style and (not node.value or resolve_scalar_leniently(node.value) is None)


def is_same_data(before: Any, after: Any) -> bool:
    """Return whether two nodes hold the same data. Both are in bounded trees; each pair of nodes is compared once."""
    return _is_same_node(before, after, {})


def _is_same_node(before: Any, after: Any, results: dict[tuple[int, int], bool]) -> bool:
    if before is None or after is None or before.id != after.id:
        return before is after
    if before.id == "scalar":
        return _is_same_scalar(before, after)
    pair = (id(before), id(after))
    if pair not in results:
        if before.id == "sequence":
            results[pair] = len(before.value) == len(after.value) and all(
                _is_same_node(old_item, new_item, results)
                for old_item, new_item in zip(before.value, after.value, strict=True)
            )
        else:
            old, new = ({key.value: value for key, value in list_entries(node)} for node in (before, after))
            results[pair] = old.keys() == new.keys() and all(_is_same_node(old[key], new[key], results) for key in old)
    return results[pair]


def _is_same_scalar(before: Any, after: Any) -> bool:
    if is_null(before) or is_null(after):
        return is_null(before) and is_null(after)
    if before.value == after.value:
        return True
    if before.style or after.style:
        return False
    old_value, new_value = resolve_scalar_leniently(before.value), resolve_scalar_leniently(after.value)
    return isinstance(old_value, bool) is isinstance(new_value, bool) and bool(old_value == new_value)


def shorten_line(text: str) -> str:
    """Return a text in one line, cut to the maximum length in a message."""
    return truncate(" ".join(text[: MAX_LENGTH * 4].split()), MAX_LENGTH)


def format_node(node: Any) -> str:
    """Return a value for a message: text in quotes, a long value cut off."""
    text = ""
    for part in _format_parts(node):
        text += part
        if len(text) > MAX_LENGTH:
            break
    return truncate(text, MAX_LENGTH)


def _format_parts(node: Any) -> Iterator[str]:
    if node.id == "scalar":
        plain = not node.style and not isinstance(resolve_scalar_leniently(node.value), str)
        text = shorten_line(node.value)
        yield (text or "null") if plain else f"'{text}'"
        return
    mapping = node.id == "mapping"
    yield "{" if mapping else "["
    for number, item in enumerate(list_entries(node) if mapping else node.value):
        yield ", " if number else ""
        if mapping:
            yield f"{shorten_line(item[0].value)}: "
        yield from _format_parts(item[1] if mapping else item)
    yield "}" if mapping else "]"
