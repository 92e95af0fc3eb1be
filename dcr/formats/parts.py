"""Splits a file with many datasets into a head and parts, so that unchanged parts are read only once.

Two contents of one file usually differ in few of its datasets. A part is one entry of the list of datasets; the head is
everything else. What a part declares depends on its own text and on the head, which identify it, and not on other
parts.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, NamedTuple

from yaml import MappingNode, SequenceNode

from dcr.formats._foreign.notes import MAX_COLUMNS, MAX_DATASETS
from dcr.parsing.plain_tree import is_plain
from dcr.parsing.yaml_reader import InvalidYamlError, check_tree

if TYPE_CHECKING:
    from collections.abc import Iterable

    from dcr.formats import Format
    from dcr.formats.parsed_file import DatasetList, ParsedFile

LIMITS = (MAX_COLUMNS, MAX_DATASETS, 10_000)
"""The maximum size of a file: columns, datasets, and followed references."""

_ANCHOR_OR_ALIAS = re.compile(r"[&*](?<![^\s\[\]{},:?'\"-].)[^\s,\[\]{}]", re.DOTALL)
"""Matches where a text may have an anchor or an alias: its content then depends on the rest of the file."""


class FilePart(NamedTuple):
    """One entry of the list: `digest` identifies its text, None if its content depends on other parts of the file."""

    digest: bytes | None
    entry: Any
    length: int


class SplitFile(NamedTuple):
    """A file in parts; `head_digest` identifies everything around them, without the `version` that they share."""

    format: Format
    root: MappingNode
    dataset_list: DatasetList
    head_digest: bytes
    parts: tuple[FilePart, ...]

    @property
    def version(self) -> str | None:
        """The version that the head gives to every dataset; None where each part has its own."""
        return self.dataset_list.version

    def read_part(self, path: str, part: FilePart) -> ParsedFile | None:
        """Return a part as the whole file would define it; None where only the whole file can be read."""
        key, list_node = self.dataset_list.entry
        part_list = type(list_node)("", [part.entry], list_node.start_mark, list_node.end_mark, list_node.flow_style)
        pairs = [
            (key, part_list) if pair_key is key else (pair_key, pair_value) for pair_key, pair_value in self.root.value
        ]
        root = MappingNode("", pairs, self.root.start_mark, self.root.end_mark, self.root.flow_style)
        try:
            parsed = self.format.read(path, root)
        except InvalidYamlError:
            return None
        return None if parsed.is_unreadable else parsed


def split_file(file_format: Format | None, root: Any, text: str) -> SplitFile | None:
    """Return the parts of a file of some format; None for one that is read as a whole.

    `root` is composed from `text` and may be unchecked.
    """
    list_parts = getattr(file_format, "list_parts", None)
    if file_format is None or list_parts is None or type(root) is not MappingNode:
        return None
    try:
        if not is_plain(root):
            check_tree(root)
    except InvalidYamlError:
        return None
    if any(key.value == "<<" for key, _ in root.value):
        return None
    dataset_list: DatasetList | None = list_parts(root)
    if dataset_list is None:
        return None
    key, list_node = dataset_list.entry
    head_pairs = [pair for pair in root.value if pair[0] is not key]
    head = f"{file_format.NAME} {key.value} {type(list_node).__name__} {list_node.flow_style} "
    head_digest = _compute_digest(head + _serialize_head(head_pairs, dataset_list))
    parts = tuple(_build_part(entry, text) for entry in list_node.value)
    return SplitFile(file_format, root, dataset_list, head_digest, parts)


def is_within_limits(sizes: Iterable[tuple[int, ...]]) -> bool:
    """Return whether parts of these sizes make a file that is within the limits."""
    return all(sum(values) <= limit for values, limit in zip(zip(*sizes, strict=True), LIMITS, strict=False))


def find_dataset_entries(root: MappingNode, name: str) -> tuple[tuple[Any, Any], list[Any]] | None:
    """Return a key of a file with its value, and the mappings in that list or mapping; None unless all are mappings."""
    pair = next(((key, value) for key, value in root.value if key.value == name), None)
    if pair is None or type(pair[1]) not in (MappingNode, SequenceNode):
        return None
    is_mapping = type(pair[1]) is MappingNode
    entries = [entry[1] if is_mapping else entry for entry in pair[1].value]
    if is_mapping and any(key.value == "<<" for key, _ in pair[1].value):
        return None
    if not all(type(entry) is MappingNode for entry in entries):
        return None
    return pair, entries


def _build_part(entry: Any, text: str) -> FilePart:
    first, last = entry if isinstance(entry, tuple) else (entry, entry)
    start, end = first.start_mark, last.end_mark
    source_text = text[start.index : end.index]
    if _ANCHOR_OR_ALIAS.search(source_text) or not source_text:
        return FilePart(None, entry, len(source_text))
    return FilePart(_compute_digest(f"{start.column} {source_text}"), entry, len(source_text))


def _serialize_head(pairs: list[Any], dataset_list: DatasetList) -> str:
    """Return a text that is equal for two heads exactly if they have the same content, except for the version."""
    lines: list[str] = []
    version_node = dataset_list.version_node
    for key, value in pairs:
        _serialize_node(key, lines, version_node)
        _serialize_node(value, lines, version_node)
    version_count = lines.count(_VERSION_MARK)
    return "\n".join([*lines, "" if version_count == 1 else dataset_list.version or ""])


_VERSION_MARK = "version"  # no serialized node is equal to this: each begins with its type


def _serialize_node(node: Any, lines: list[str], version: Any) -> None:
    if node is version:
        lines.append(_VERSION_MARK)
    elif node.id == "scalar":
        lines.append(f"s{node.style or ''} {node.value!r}")
    elif node.id == "sequence":
        lines.append(f"l{len(node.value)}")
        for item in node.value:
            _serialize_node(item, lines, version)
    else:
        lines.append(f"m{len(node.value)}")
        for key, value in node.value:
            _serialize_node(key, lines, version)
            _serialize_node(value, lines, version)


def _compute_digest(text: str) -> bytes:
    import hashlib  # noqa: PLC0415 (a check splits no file)

    return hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=16).digest()
