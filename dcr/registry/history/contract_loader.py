"""Full contracts and texts out of a repository's objects, read when they are asked for; safe for threads."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

from dcr.git.command import GitFailedError
from dcr.git.objects import read_blobs, read_path_in_commits, stream_blobs

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence

    from dcr.contract.contract import Contract
    from dcr.formats.parsed_file import ParsedFile
    from dcr.git.command import Git
    from dcr.registry.history.facts_reader import ContractKey, FactsReader

MAX_RECENT_BYTES = 512 * 1024
"""Bytes of text whose reading is kept for the next question, beside the newest one; each takes fifty of memory."""


class ContractLoader:
    """Reads blobs by their ids. What is kept is little, so that a long history needs no more room than a short one.

    `readings` are those of the walk, with the contracts that were kept then.
    """

    def __init__(self, git: Git, readings: FactsReader | None = None) -> None:
        self._git, self._reader = git, readings
        self._recent: dict[tuple[str, str], tuple[ParsedFile, int]] = {}
        self._lock = threading.Lock()

    def read_text(self, blob: str) -> bytes:
        """Return a blob's bytes. Raises `ObjectMissingError`."""
        return read_blobs(self._git, [blob])[blob]

    def find_text(self, commit: str, path: str) -> bytes | None:
        """Return what a file holds in a commit; None where it is not there, or its path cannot be asked for."""
        return None if "\n" in path else read_path_in_commits(self._git, [commit], path).get(commit)

    def find_retained(self, path: str, blob: str, dataset_id: str) -> Contract | None:
        """Return a contract that is known without reading anything."""
        return self._reader.retained.get((path, blob, dataset_id)) if self._reader else None

    def drop_retained(self, dataset_ids: Collection[str]) -> None:
        """Forget the contracts of some datasets that were kept when the history was read."""
        if self._reader:
            self._reader.retained = {
                key: each for key, each in self._reader.retained.items() if key[2] not in dataset_ids
            }

    def read_contract(self, path: str, blob: str, dataset_id: str) -> Contract:
        """Return the contract of a dataset that a blob is known to hold."""
        kept = self.find_retained(path, blob, dataset_id)
        if kept is not None:
            return kept
        with self._lock:
            known = self._recent.get((path, blob))
        reading = known[0] if known else self._read_file(path, blob, self.read_text(blob))
        return _require_contract(next((each for each in reading.contracts if each.dataset_id == dataset_id), None))

    def read_contracts(self, wanted: Sequence[tuple[str, str, str | None]]) -> Iterator[Contract | None]:
        """Yield a contract for each path, blob and dataset, in order; None where no dataset is asked for.

        A blob is read once for all that is asked of it, when the first of it is due.
        """
        left: dict[ContractKey, int] = {}
        ids: dict[tuple[str, str], set[str]] = {}
        for path, blob, dataset_id in wanted:
            if dataset_id is not None and self.find_retained(path, blob, dataset_id) is None:
                left[path, blob, dataset_id] = left.get((path, blob, dataset_id), 0) + 1
                ids.setdefault((path, blob), set()).add(dataset_id)
        blobs = stream_blobs(self._git, (blob for _, blob in ids))
        texts: dict[str, bytes] = {}
        paths: dict[str, int] = {}
        for _, blob in ids:
            paths[blob] = paths.get(blob, 0) + 1
        held: dict[ContractKey, Contract] = {}
        for path, blob, dataset_id in wanted:
            key = (path, blob, dataset_id or "")
            if key not in left:
                yield None if dataset_id is None else _require_contract(self.find_retained(path, blob, dataset_id))
                continue
            if key not in held:
                while blob not in texts:
                    oid, content = next(blobs)
                    texts[oid] = content
                found = self._read_datasets(path, blob, texts[blob], frozenset(ids[path, blob]))
                held.update({(path, blob, each): _require_contract(found.get(each)) for each in ids[path, blob]})
                paths[blob] -= 1
                if not paths[blob]:
                    del texts[blob]
            left[key] -= 1
            yield held[key] if left[key] else held.pop(key)

    def _read_datasets(self, path: str, blob: str, content: bytes, ids: frozenset[str]) -> dict[str, Contract]:
        from dcr.registry.history.facts_reader import FactsReader  # noqa: PLC0415 (what is known needs no reader)

        if self._reader is None:
            self._reader = FactsReader()
        return self._reader.read_contracts(path, blob, content, ids)

    def _read_file(self, path: str, blob: str, content: bytes) -> ParsedFile:
        from dcr.formats import read_content  # noqa: PLC0415

        reading = read_content(path, content)
        with self._lock:
            while self._recent and sum(size for _, size in self._recent.values()) + len(content) > MAX_RECENT_BYTES:
                del self._recent[next(iter(self._recent))]
            self._recent[path, blob] = (reading, len(content))
        return reading


def _require_contract(found: Contract | None) -> Contract:
    if found is None:
        raise GitFailedError("what was read of a file no longer holds what it did", "run it again")
    return found
