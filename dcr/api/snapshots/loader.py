"""Reads contracts and texts from the repository, and keeps the texts that were read last."""

from __future__ import annotations

import threading
from collections import OrderedDict
from typing import TYPE_CHECKING

from dcr.git.objects import read_blobs
from dcr.registry.history.contract_loader import ContractLoader

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from dcr.contract.contract import Contract
    from dcr.git.command import Git

MAX_TEXT_BYTES = 16 * 1024 * 1024
"""Bytes of texts that are kept."""

MAX_SMALL_BYTES = 64 * 1024
"""Bytes of a file that is parsed as a whole. Of a larger one only the wanted datasets are parsed."""


class CachingLoader(ContractLoader):
    """A loader that asks git only for texts that it does not have. Safe to use from several threads."""

    def __init__(self, git: Git) -> None:
        super().__init__(git)
        self._objects = git
        self._texts: OrderedDict[str, bytes] = OrderedDict()
        self._text_bytes = 0
        self._text_lock = threading.Lock()

    def add_text(self, blob: str, content: bytes) -> None:
        """Keep the text of a blob."""
        with self._text_lock:
            if blob in self._texts:
                self._texts.move_to_end(blob)
                return
            self._texts[blob] = content
            self._text_bytes += len(content)
            while self._text_bytes > MAX_TEXT_BYTES and len(self._texts) > 1:
                _, dropped = self._texts.popitem(last=False)
                self._text_bytes -= len(dropped)

    def find_text_in_memory(self, blob: str) -> bytes | None:
        """Return a text that is kept. Return None for any other."""
        return self._texts.get(blob)

    def read_text(self, blob: str) -> bytes:
        """Return a blob's bytes. Raise `ObjectMissingError`."""
        known = self._texts.get(blob)
        if known is None:
            known = super().read_text(blob)
            self.add_text(blob, known)
        return known

    def read_contracts(self, wanted: Sequence[tuple[str, str, str | None]]) -> Iterator[Contract | None]:
        """Yield a contract for each path, blob and dataset, in order; None where no dataset is named."""
        blobs = {blob for _, blob, dataset_id in wanted if dataset_id is not None}
        missing = [blob for blob in blobs if blob not in self._texts]
        if len(missing) > MAX_TEXT_BYTES // MAX_SMALL_BYTES:
            yield from super().read_contracts(wanted)
            return
        for blob, content in read_blobs(self._objects, missing).items():
            self.add_text(blob, content)
        if any(len(self._texts.get(blob, b"")) > MAX_SMALL_BYTES for blob in blobs):
            yield from super().read_contracts(wanted)
            return
        for path, blob, dataset_id in wanted:
            yield None if dataset_id is None else self.read_contract(path, blob, dataset_id)
