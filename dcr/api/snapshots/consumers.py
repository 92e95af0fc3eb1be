"""Reads the declared consumers of the commits of a ref: each commit once, and only if a request needs them."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

from dcr.registry.usage import read_usage

if TYPE_CHECKING:
    from dcr.git.consumers.all_consumers import FileContent, FileKey
    from dcr.git.sides import Side
    from dcr.registry.usage import Usage


class ConsumerReader:
    """Keeps the consumers of the commit that was read last, and the files that declare them.

    When the ref moves, only changed files are read. Safe to use from several threads.
    """

    def __init__(self) -> None:
        self._files: dict[FileKey, FileContent] = {}
        self._known: tuple[str, Usage] | None = None
        self._lock = threading.Lock()

    def read(self, side: Side) -> Usage:
        """Return the consumers that a commit declares. Raise a `DcrError` if they cannot be read."""
        known = self._known
        if known is not None and known[0] == side.head:
            return known[1]
        with self._lock:
            known = self._known
            if known is None or known[0] != side.head:
                known = self._known = (side.head, read_usage(side, self._files))
            return known[1]
