"""Maps positions in a YAML file to key paths, such as `schema[0].properties[3].logicalType`."""

from __future__ import annotations

import re
from typing import Any

MAX_KEY_PATH = 1_000
"""The maximum length of a key path; a deeper node has the path of the node that contains it."""


def map_key_paths(root: Any) -> dict[tuple[int, int], str]:
    """Return the path of each key and list entry of a composed file, by its line and column.

    A node with several paths, through anchors, has the first one. A list entry and its first key start at the same
    position, which has the path of the entry.
    """
    paths: dict[tuple[int, int], str] = {}
    pending: list[tuple[Any, str, bool]] = [(root, "", False)]
    visited: set[int] = set()
    while pending:
        node, path, is_entry = pending.pop()
        if id(node) in visited or len(path) > MAX_KEY_PATH:
            continue
        visited.add(id(node))
        if is_entry or node.id != "mapping":  # the mapping below a key starts where its own first key does
            paths.setdefault(_get_start(node), path)
        if node.id == "sequence":
            pending += [(entry, f"{path}[{index}]", True) for index, entry in reversed([*enumerate(node.value)])]
        elif node.id == "mapping":
            pairs = [(key, value, _join_key(path, str(key.value))) for key, value in node.value]
            for key, _, key_path in pairs:
                paths.setdefault(_get_start(key), key_path)
            pending += [(value, key_path, False) for _, value, key_path in reversed(pairs)]
    return paths


def _join_key(path: str, key: str) -> str:
    if not re.fullmatch(r"[\w$-]+", key):
        escaped = key.replace("\\", "\\\\").replace('"', '\\"')
        return f'{path}["{escaped}"]'
    return f"{path}.{key}" if path else key


def _get_start(node: Any) -> tuple[int, int]:
    return node.start_mark.line + 1, node.start_mark.column + 1
