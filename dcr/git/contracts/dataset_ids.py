"""Recognizes the ids of datasets in the texts of contracts, without parsing them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from dcr.formats import read_content
from dcr.policy.detection import ESCAPE_PREFIXES, guess_format

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator

_NATIVE_ID = re.compile(
    rb"""^(?:\xef\xbb\xbf)?[{ \t]*["']?dataset_id["']?[ \t]*:[ \t]*["']?([^"'\s#,}]+)""", re.MULTILINE
)
_PLAIN_ID = re.compile(rb"[A-Za-z0-9_][\w./:-]*", re.ASCII)
_END_OF_LINE = rb"""(?:[ \t]+\#[^\r\n]*+)?(?:[ \t]*+(?:\r?\n|\Z))++"""
_NEXT_KEY = rb"""(?=["']?[A-Za-z_][\w-]*["']?[ \t]*:|\#|\Z)"""
_PLAIN_LINE = re.compile(
    rb"""^(?:\xef\xbb\xbf)?[{ \t]*["']?dataset_id["']?[ \t]*:[ \t]*"""
    rb"""(?:"([^"\\\s]+)"|'([^'\s]+)'(?!')|([^"'\s#,}]+)""" + _END_OF_LINE + _NEXT_KEY + rb""")""",
    re.MULTILINE,
)
"""Matches a key with its id in one line. An id without quotes ends there only if a key follows."""
_NOT_PLAIN = (b"apiVersion", b"DataContract", b"dataContractSpecification", b"models", *ESCAPE_PREFIXES)
"""Words of other formats, and of texts whose keys may be written with escapes."""

_KEY = b"dataset_id"
_has_mark = re.compile(b"|".join(map(re.escape, _NOT_PLAIN))).search
_MAX_PARSED_FILES = 100


def list_dataset_ids(texts: Iterable[tuple[str, bytes]]) -> Iterator[str]:
    """Yield the ids in contracts. Those of other formats are read from the first files only, since that takes longer.

    An id may be missing, so no verdict may depend on it.
    """
    parsed_files = 0
    for path, text in texts:
        name = guess_format(text)
        match = _NATIVE_ID.search(text) if name == "native" else None
        if match:
            yield match[1].decode("utf-8", "replace")
        elif name is not None and parsed_files < _MAX_PARSED_FILES:
            parsed_files += 1
            yield from (contract.dataset_id for contract in read_content(path, text).contracts)


def create_definition_filter(ids: Collection[str]) -> Callable[[bytes], bool]:
    """Return a function that selects the texts that may define one of the datasets; none that does is left out.

    A text is left out only if it is native and each `dataset_id` in it is another one, written plainly in one line.
    """
    encoded = {dataset_id.encode("utf-8", "surrogateescape") for dataset_id in ids}
    if not all(map(_PLAIN_ID.fullmatch, encoded)):
        return lambda _: True

    def may_define(text: bytes) -> bool:
        found = find_plain_ids(text)
        return found is None or not encoded.isdisjoint(found)

    return may_define


def find_plain_ids(text: bytes) -> list[bytes] | None:
    """Return each `dataset_id` in a native text, the one of its contract among them. None if it has to be parsed."""
    if _has_mark(text) or b"\\\n" in text or b"\\\r" in text:  # a key may have an escape
        return None
    if b"&" in text and b"*" in text:  # a key may be an alias
        return None
    count = text.count(_KEY)
    if count > 1:
        matches = list(_PLAIN_LINE.finditer(text))
    else:  # only the line of the key has to be searched
        match = _PLAIN_LINE.match(text, text.rfind(b"\n", 0, text.find(_KEY)) + 1) if count else None
        matches = [match] if match else []
    found: list[bytes] = [match[match.lastindex or 0] for match in matches]
    return found if len(found) == count and all(map(_PLAIN_ID.fullmatch, found)) else None
