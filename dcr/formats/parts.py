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
from dcr.parsing.reader import YamlRefusedError, check_tree

if TYPE_CHECKING:
    from collections.abc import Iterable

    from dcr.formats import Format
    from dcr.formats.reading import Listing, Reading

LIMITS = (MAX_COLUMNS, MAX_DATASETS, 10_000)
"""How much a file may unfold to: columns, datasets, and the references followed on the way."""

_MAY_SHARE = re.compile(r"[&*](?<![^\s\[\]{},:?'\"-].)[^\s,\[\]{}]", re.DOTALL)
"""Where a text may have an anchor or an alias: it then says more, or less, than it does elsewhere."""


class Part(NamedTuple):
    """One entry of the list: `key` stands for its text, None for one whose text does not tell what it says."""

    key: bytes | None
    entry: Any
    length: int


class Parts(NamedTuple):
    """A file in its parts; `head` stands for what is around them, without the `version` that all of them have."""

    format: Format
    root: MappingNode
    listing: Listing
    head: bytes
    parts: tuple[Part, ...]

    @property
    def version(self) -> str | None:
        """The version that the head gives to every dataset; None where each part has its own."""
        return self.listing.version

    def read(self, path: str, part: Part) -> Reading | None:
        """Return what a part says, as the whole file would; None where only the whole file can be read."""
        key, listed = self.listing.pair
        value = type(listed)("", [part.entry], listed.start_mark, listed.end_mark, listed.flow_style)
        pairs = [(key, value) if each is key else (each, other) for each, other in self.root.value]
        root = MappingNode("", pairs, self.root.start_mark, self.root.end_mark, self.root.flow_style)
        try:
            reading = self.format.read(path, root)
        except YamlRefusedError:
            return None
        return None if reading.unreadable else reading


def split(found: Format | None, root: Any, text: str) -> Parts | None:
    """Return the parts of a file of some format; None for one that is read as a whole.

    `root` is composed of `text`, and has not been checked.
    """
    list_parts = getattr(found, "list_parts", None)
    if found is None or list_parts is None or type(root) is not MappingNode:
        return None
    try:
        if not is_plain(root):
            check_tree(root)
    except YamlRefusedError:
        return None
    if any(key.value == "<<" for key, _ in root.value):
        return None
    listing: Listing | None = list_parts(root)
    if listing is None:
        return None
    key, listed = listing.pair
    around = [pair for pair in root.value if pair[0] is not key]
    head = _digest(f"{found.NAME} {key.value} {type(listed).__name__} {listed.flow_style} {_written(around, listing)}")
    return Parts(found, root, listing, head, tuple(_part(each, text) for each in listed.value))


def fits(sizes: Iterable[tuple[int, ...]]) -> bool:
    """Whether parts of some sizes make a file that is within the limits."""
    return all(sum(each) <= limit for each, limit in zip(zip(*sizes, strict=True), LIMITS, strict=False))


def entries_of(root: MappingNode, name: str) -> tuple[tuple[Any, Any], list[Any]] | None:
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


def _part(entry: Any, text: str) -> Part:
    first, last = entry if isinstance(entry, tuple) else (entry, entry)
    start, end = first.start_mark, last.end_mark
    written = text[start.index : end.index]
    if _MAY_SHARE.search(written) or not written:
        return Part(None, entry, len(written))
    return Part(_digest(f"{start.column} {written}"), entry, len(written))


def _written(pairs: list[Any], listing: Listing) -> str:
    """Return a text that is equal for two heads exactly when they say the same, version aside."""
    found: list[str] = []
    node = listing.version_node
    for key, value in pairs:
        _write(key, found, node)
        _write(value, found, node)
    marked = found.count(_VERSION)
    return "\n".join([*found, "" if marked == 1 else listing.version or ""])


_VERSION = "version"  # no node is written like this: each begins with what it is


def _write(node: Any, found: list[str], version: Any) -> None:
    if node is version:
        found.append(_VERSION)
    elif node.id == "scalar":
        found.append(f"s{node.style or ''} {node.value!r}")
    elif node.id == "sequence":
        found.append(f"l{len(node.value)}")
        for each in node.value:
            _write(each, found, version)
    else:
        found.append(f"m{len(node.value)}")
        for key, value in node.value:
            _write(key, found, version)
            _write(value, found, version)


def _digest(text: str) -> bytes:
    import hashlib  # noqa: PLC0415 (a check reads no file in parts)

    return hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=16).digest()
