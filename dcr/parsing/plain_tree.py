"""Whether a composed tree has nothing that `check_tree` could refuse, seen at less than half its cost.

A level of the tree at a time and all of its texts at once. It never says so of a tree that `check_tree` refuses;
where it does not say so, that one decides and names the place.
"""

from __future__ import annotations

import re
from typing import Any

from yaml import MappingNode

from dcr.parsing.yaml_reader import CONTROL_CHARACTER, MAX_DEPTH, MAX_NODES, MAX_REPEATS, MAX_SCALAR


def is_plain(root: MappingNode) -> bool:
    """Whether a tree is small, and has no tags, complex or repeated keys and no odd characters.

    A node counts as often as aliases repeat it, so of few none is repeated too often; of many none may be repeated. One
    that holds itself is too deep.
    """
    level: list[Any] = [root]
    texts: list[str] = []
    collections, listed = 1, 0
    for _ in range(MAX_DEPTH - 1):
        below: list[Any] = []
        for node in level:
            value = node.value
            if node.tag:
                return False
            if type(value) is str:
                texts.append(value)
                listed += 1  # it is counted as an entry of its list already
            elif type(node) is not MappingNode:
                below += value
            elif not _collect_mapping(value, texts, below):
                return False
            if collections + len(below) + len(texts) > MAX_NODES:
                return False
        if not below:
            text = "".join(texts)
            if len(text) > MAX_SCALAR and max(map(len, texts)) > MAX_SCALAR:
                return False
            total = collections + len(texts) - listed
            return (total <= MAX_REPEATS or _has_no_aliases(root, total)) and (
                text.isprintable() or not re.search(CONTROL_CHARACTER, text)
            )
        collections += len(below)
        level = below
    return False


def _has_no_aliases(root: MappingNode, total: int) -> bool:
    """Whether a tree of so many nodes, each counted as often as it is repeated, has no repeated one."""
    seen = {id(root)}
    left: list[Any] = [root]
    while left:
        node = left.pop()
        below = [each for pair in node.value for each in pair] if type(node) is MappingNode else node.value
        seen.update(map(id, below))
        left += [each for each in below if type(each.value) is list]
        if len(left) > total:
            return False
    return len(seen) == total


def _collect_mapping(pairs: Any, texts: list[str], below: list[Any]) -> bool:
    """Add a mapping's keys and values to what is to be looked at; False when it is not plain."""
    keys = []
    for key, value in pairs:
        text = value.value
        if key.tag or type(key.value) is not str:
            return False
        keys.append(key.value)
        if type(text) is not str:
            below.append(value)
        elif value.tag:
            return False
        else:
            texts.append(text)
    texts += keys
    return len(set(keys)) == len(keys)
