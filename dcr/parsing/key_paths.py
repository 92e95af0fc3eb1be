"""Says in a file's own words which of its keys stands at a place: `schema[0].properties[3].logicalType`."""

from __future__ import annotations

import re
from typing import Any

MAX_KEY_PATH = 1_000
"""Characters of a way that are kept: what is nested deeper goes by the place of what it is in."""


def map_key_paths(root: Any) -> dict[tuple[int, int], str]:
    """Return the way to each key and list entry of a composed file, by the line and column where it starts.

    What several ways lead to, through anchors, goes by the first. A list entry and its first key start at one
    place: that is called by the entry.
    """
    found: dict[tuple[int, int], str] = {}
    waiting: list[tuple[Any, str, bool]] = [(root, "", False)]
    seen: set[int] = set()
    while waiting:
        node, way, listed = waiting.pop()
        if id(node) in seen or len(way) > MAX_KEY_PATH:
            continue
        seen.add(id(node))
        if listed or node.id != "mapping":  # the mapping below a key starts where its own first key does
            found.setdefault(_get_start(node), way)
        if node.id == "sequence":
            waiting += [(each, f"{way}[{number}]", True) for number, each in reversed([*enumerate(node.value)])]
        elif node.id == "mapping":
            inner = [(key, value, _join_key(way, str(key.value))) for key, value in node.value]
            for key, _, name in inner:
                found.setdefault(_get_start(key), name)
            waiting += [(value, name, False) for _, value, name in reversed(inner)]
    return found


def _join_key(way: str, key: str) -> str:
    if not re.fullmatch(r"[\w$-]+", key):
        escaped = key.replace("\\", "\\\\").replace('"', '\\"')
        return f'{way}["{escaped}"]'
    return f"{way}.{key}" if way else key


def _get_start(node: Any) -> tuple[int, int]:
    return node.start_mark.line + 1, node.start_mark.column + 1
