"""Reads the scalars and the pairs of YAML nodes in foreign files, with merge keys (`<<`) followed."""

from __future__ import annotations

from typing import Any

from dcr.parsing.scalars import NotFiniteError, resolve_scalar

_MAX_MERGES = 8
_FLAG_WORDS = {"true": True, "yes": True, "on": True, "false": False, "no": False, "off": False}


def resolve_scalar_leniently(text: str) -> Any:
    """Return a plain scalar's value; a number that is not finite stays text."""
    try:
        return resolve_scalar(text)
    except NotFiniteError:
        return text


def parse_flag(text: str) -> bool | None:
    """Return a scalar as a boolean, with the words of either YAML version; None if it is not a boolean."""
    value = resolve_scalar_leniently(text)
    if isinstance(value, str):
        return _FLAG_WORDS.get(value.lower())
    return value if isinstance(value, bool) else None


def is_null(node: Any) -> bool:
    """Return whether a node is null, or an empty text."""
    return node.id == "scalar" and (not node.value or (not node.style and resolve_scalar_leniently(node.value) is None))


def get_scalar_value(node: Any, *, as_text: bool) -> Any:
    """Return a scalar node's value: its source text if text is expected or it is quoted."""
    return node.value if as_text or node.style else resolve_scalar_leniently(node.value)


def format_canonical(node: Any) -> str:
    """Return a node as one text, without regard to the order of keys and to blanks in text."""
    if node.id == "scalar":
        return " ".join(str(node.value).split())
    if node.id == "sequence":
        return f"[{', '.join(format_canonical(item) for item in node.value)}]"
    pairs = sorted((key, format_canonical(value)) for key, value in read_pairs(node).items())
    return f"{{{', '.join(f'{key}: {value}' for key, value in pairs)}}}"


def list_merged_nodes(node: Any, depth: int = 0) -> list[Any]:
    """Return the mappings that are merged into a mapping, the nearest first."""
    nodes: list[Any] = []
    for key, value in node.value:
        if key.value == "<<" and not key.style and depth < _MAX_MERGES:
            for source in value.value if value.id == "sequence" else [value]:
                if source.id == "mapping":
                    nodes += [source, *list_merged_nodes(source, depth + 1)]
    return nodes


def read_pairs(node: Any, depth: int = 0) -> dict[str, Any]:
    """Return the values of a mapping by key, including merged ones; a merge that is not followed stays a key."""
    pairs: dict[str, Any] = {}
    merged: dict[str, Any] = {}
    for key, value in node.value:
        if key.value == "<<" and not key.style and depth < _MAX_MERGES:
            sources = value.value if value.id == "sequence" else [value]
            for source in sources:
                if source.id != "mapping":
                    merged.setdefault("<<", source)
                    continue
                for name, inner_value in read_pairs(source, depth + 1).items():
                    merged.setdefault(name, inner_value)
        else:
            pairs[key.value] = value
    return {**merged, **pairs} if merged else pairs


def list_entries(node: Any, depth: int = 0) -> list[Any]:
    """Return the pairs of a mapping, including merged ones; a merge that is not followed stays an entry."""
    if depth >= _MAX_MERGES or all(key.value != "<<" or key.style for key, _ in node.value):
        pairs: list[Any] = node.value
        return pairs
    by_name = {key.value: (key, value) for key, value in node.value if key.value != "<<" or key.style}
    for key, value in node.value:
        if key.value == "<<" and not key.style:
            for source in value.value if value.id == "sequence" else [value]:
                for pair in list_entries(source, depth + 1) if source.id == "mapping" else [(key, source)]:
                    by_name.setdefault(pair[0].value, pair)
    return list(by_name.values())
