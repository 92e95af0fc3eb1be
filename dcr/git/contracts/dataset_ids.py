"""Lists the ids of the datasets that exist, for suggestions."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from dcr.formats import read_content
from dcr.policy.detection import guess_format

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

_NATIVE_ID = re.compile(
    rb"""^(?:\xef\xbb\xbf)?[{ \t]*["']?dataset_id["']?[ \t]*:[ \t]*["']?([^"'\s#,}]+)""", re.MULTILINE
)
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
