"""Compares and shows values that no reader knows, as data: quotes, layout and the order of keys mean nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dcr.formats._foreign.mapping import list_entries, resolve_scalar
from dcr.parsing.yaml_reader import truncate

if TYPE_CHECKING:
    from collections.abc import Iterator

MAX_LENGTH = 60


def is_null(node: Any) -> bool:
    """Whether a node is a null, written or left out."""
    return node.id == "scalar" and not node.style and (not node.value or resolve_scalar(node.value) is None)


def is_same_data(before: Any, after: Any) -> bool:
    """Whether two nodes hold the same data. Both are of trees that are bounded; each pair of nodes is met once."""
    return _is_same_node(before, after, {})


def _is_same_node(before: Any, after: Any, known: dict[tuple[int, int], bool]) -> bool:
    if before is None or after is None or before.id != after.id:
        return before is after
    if before.id == "scalar":
        return _is_same_scalar(before, after)
    met = (id(before), id(after))
    if met not in known:
        if before.id == "sequence":
            known[met] = len(before.value) == len(after.value) and all(
                _is_same_node(one, other, known) for one, other in zip(before.value, after.value, strict=True)
            )
        else:
            old, new = ({key.value: value for key, value in list_entries(node)} for node in (before, after))
            known[met] = old.keys() == new.keys() and all(_is_same_node(old[key], new[key], known) for key in old)
    return known[met]


def _is_same_scalar(before: Any, after: Any) -> bool:
    if is_null(before) or is_null(after):
        return is_null(before) and is_null(after)
    if before.value == after.value:
        return True
    if before.style or after.style:
        return False
    one, other = resolve_scalar(before.value), resolve_scalar(after.value)
    return isinstance(one, bool) is isinstance(other, bool) and bool(one == other)


def shorten_line(text: str) -> str:
    """Return a text in one line, cut to what fits into a message."""
    return truncate(" ".join(text[: MAX_LENGTH * 4].split()), MAX_LENGTH)


def format_node(node: Any) -> str:
    """Return a value for a message: text in quotes, and of a long one only the beginning."""
    found = ""
    for part in _format_parts(node):
        found += part
        if len(found) > MAX_LENGTH:
            break
    return truncate(found, MAX_LENGTH)


def _format_parts(node: Any) -> Iterator[str]:
    if node.id == "scalar":
        plain = not node.style and not isinstance(resolve_scalar(node.value), str)
        text = shorten_line(node.value)
        yield (text or "null") if plain else f"'{text}'"
        return
    mapping = node.id == "mapping"
    yield "{" if mapping else "["
    for number, each in enumerate(list_entries(node) if mapping else node.value):
        yield ", " if number else ""
        if mapping:
            yield f"{shorten_line(each[0].value)}: "
        yield from _format_parts(each[1] if mapping else each)
    yield "}" if mapping else "]"
