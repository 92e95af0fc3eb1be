"""Splits a file of many datasets into a head and parts, so that a part of another file's text need not be read again.

Two contents of one file differ in a few of its datasets. A part is one entry of the list of datasets; the head is all
the rest. What a part says depends on its own text and on the head, by which it is known, and not on other parts.
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
"""How much a file may unfold to: columns, datasets, and the references followed on the way."""

_ANCHOR_OR_ALIAS = re.compile(r"[&*](?<![^\s\[\]{},:?'\"-].)[^\s,\[\]{}]", re.DOTALL)
"""Where a text may have an anchor or an alias: it then says more, or less, than it does elsewhere."""


class FilePart(NamedTuple):
    """One entry of the list: `digest` stands for its text, None for one whose text does not tell what it says."""

    digest: bytes | None
    entry: Any
    length: int


class SplitFile(NamedTuple):
    """A file in its parts; `head_digest` stands for what is around them, without the `version` that all of them have."""

    format: Format
    root: MappingNode
    listing: DatasetList
    head_digest: bytes
    parts: tuple[FilePart, ...]

    @property
    def version(self) -> str | None:
        """The version that the head gives to every dataset; None where each part has its own."""
        return self.listing.version

    def read_part(self, path: str, part: FilePart) -> ParsedFile | None:
        """Return what a part says, as the whole file would; None where only the whole file can be read."""
        key, listed = self.listing.entry
        value = type(listed)("", [part.entry], listed.start_mark, listed.end_mark, listed.flow_style)
        pairs = [(key, value) if each is key else (each, other) for each, other in self.root.value]
        root = MappingNode("", pairs, self.root.start_mark, self.root.end_mark, self.root.flow_style)
        try:
            reading = self.format.read(path, root)
        except InvalidYamlError:
            return None
        return None if reading.is_unreadable else reading


def split_file(found: Format | None, root: Any, text: str) -> SplitFile | None:
    """Return the parts of a file of some format; None for one that is read as a whole.

    `root` is composed of `text`, and has not been checked.
    """
    list_parts = getattr(found, "list_parts", None)
    if found is None or list_parts is None or type(root) is not MappingNode:
        return None
    try:
        if not is_plain(root):
            check_tree(root)
    except InvalidYamlError:
        return None
    if any(key.value == "<<" for key, _ in root.value):
        return None
    listing: DatasetList | None = list_parts(root)
    if listing is None:
        return None
    key, listed = listing.entry
    around = [pair for pair in root.value if pair[0] is not key]
    head = _compute_digest(
        f"{found.NAME} {key.value} {type(listed).__name__} {listed.flow_style} {_serialize_head(around, listing)}"
    )
    return SplitFile(found, root, listing, head, tuple(_build_part(each, text) for each in listed.value))


def is_within_limits(sizes: Iterable[tuple[int, ...]]) -> bool:
    """Whether parts of some sizes make a file that is within the limits."""
    return all(sum(each) <= limit for each, limit in zip(zip(*sizes, strict=True), LIMITS, strict=False))


def find_dataset_entries(root: MappingNode, name: str) -> tuple[tuple[Any, Any], list[Any]] | None:
    """Return a key of a file with its value, and the mappings that it lists or names; None unless all are mappings."""
    pair = next(((key, value) for key, value in root.value if key.value == name), None)
    if pair is None or type(pair[1]) not in (MappingNode, SequenceNode):
        return None
    named = type(pair[1]) is MappingNode
    listed = [each[1] if named else each for each in pair[1].value]
    if named and any(key.value == "<<" for key, _ in pair[1].value):
        return None
    if not all(type(each) is MappingNode for each in listed):
        return None
    return pair, listed


def _build_part(entry: Any, text: str) -> FilePart:
    first, last = entry if isinstance(entry, tuple) else (entry, entry)
    start, end = first.start_mark, last.end_mark
    written = text[start.index : end.index]
    if _ANCHOR_OR_ALIAS.search(written) or not written:
        return FilePart(None, entry, len(written))
    return FilePart(_compute_digest(f"{start.column} {written}"), entry, len(written))


def _serialize_head(pairs: list[Any], listing: DatasetList) -> str:
    """Return a text that is equal for two heads exactly when they say the same, version aside."""
    found: list[str] = []
    node = listing.version_node
    for key, value in pairs:
        _serialize_node(key, found, node)
        _serialize_node(value, found, node)
    marked = found.count(_VERSION_MARK)
    return "\n".join([*found, "" if marked == 1 else listing.version or ""])


_VERSION_MARK = "version"  # no node is written like this: each begins with what it is


def _serialize_node(node: Any, found: list[str], version: Any) -> None:
    if node is version:
        found.append(_VERSION_MARK)
    elif node.id == "scalar":
        found.append(f"s{node.style or ''} {node.value!r}")
    elif node.id == "sequence":
        found.append(f"l{len(node.value)}")
        for each in node.value:
            _serialize_node(each, found, version)
    else:
        found.append(f"m{len(node.value)}")
        for key, value in node.value:
            _serialize_node(key, found, version)
            _serialize_node(value, found, version)


def _compute_digest(text: str) -> bytes:
    import hashlib  # noqa: PLC0415 (a check reads no file in parts)

    return hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=16).digest()
