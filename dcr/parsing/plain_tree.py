"""Checks a composed tree quickly for anything that `check_tree` might reject.

It handles one level of the tree at a time, and all texts at once, in less than half the time of `check_tree`. It never
accepts a tree that `check_tree` rejects. If it does not accept a tree, `check_tree` decides and locates the problem.
"""

from __future__ import annotations

import re
from typing import Any

from yaml import MappingNode

from dcr.parsing.yaml_reader import CONTROL_CHARACTER, MAX_DEPTH, MAX_NODES, MAX_REPEATS, MAX_SCALAR


def is_plain(root: MappingNode) -> bool:
    """Return whether a tree is small and has no tags, complex or duplicate keys or control characters.

    A node counts once for each alias. In a tree with few nodes none can be repeated too often; one with many nodes must
    not have any aliases. A node that contains itself exceeds the depth.
    """
    level: list[Any] = [root]
    texts: list[str] = []
    collection_count, list_text_count = 1, 0
    for _ in range(MAX_DEPTH - 1):
        next_level: list[Any] = []
        for node in level:
            value = node.value
            if node.tag:
                return False
            if type(value) is str:
                texts.append(value)
                list_text_count += 1  # it is already counted as an entry of its list
            elif type(node) is not MappingNode:
                next_level += value
            elif not _collect_mapping(value, texts, next_level):
                return False
            if collection_count + len(next_level) + len(texts) > MAX_NODES:
                return False
        if not next_level:
            text = "".join(texts)
            if len(text) > MAX_SCALAR and max(map(len, texts)) > MAX_SCALAR:
                return False
            total = collection_count + len(texts) - list_text_count
            return (total <= MAX_REPEATS or _has_no_aliases(root, total)) and (
                text.isprintable() or not re.search(CONTROL_CHARACTER, text)
            )
        collection_count += len(next_level)
        level = next_level
    return False


def _has_no_aliases(root: MappingNode, total: int) -> bool:
    """Return whether no node of a tree is repeated; `total` counts a repeated node each time."""
    visited = {id(root)}
    pending: list[Any] = [root]
    while pending:
        node = pending.pop()
        children = [child for pair in node.value for child in pair] if type(node) is MappingNode else node.value
        visited.update(map(id, children))
        pending += [child for child in children if type(child.value) is list]
        if len(pending) > total:
            return False
    return len(visited) == total


def _collect_mapping(pairs: Any, texts: list[str], next_level: list[Any]) -> bool:
    """Add a mapping's texts and collections to the lists. Return False if the mapping is not plain."""
    keys = []
    for key, value in pairs:
        text = value.value
        if key.tag or type(key.value) is not str:
            return False
        keys.append(key.value)
        if type(text) is not str:
            next_level.append(value)
        elif value.tag:
            return False
        else:
            texts.append(text)
    texts += keys
    return len(set(keys)) == len(keys)
