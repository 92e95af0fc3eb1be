"""Reads full contracts and file texts from a repository's objects."""

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
"""Bytes of text whose parsed files are kept, besides the newest file. A parsed file takes fifty times its text."""


class ContractLoader:
    """Reads blobs by their ids. Safe to use from several threads.

    Few contracts are kept, so that a long history takes no more memory than a short one. `reader` is the reader of
    the history, with the contracts that it retained.
    """

    def __init__(self, git: Git, reader: FactsReader | None = None) -> None:
        self._git, self._reader = git, reader
        self._recent: dict[tuple[str, str], tuple[ParsedFile, int]] = {}
        self._lock = threading.Lock()

    def __reduce__(self) -> tuple[type[ContractLoader], tuple[Git]]:
        """Restore a loader in another process, which reads again what this one retained."""
        return ContractLoader, (self._git,)

    def read_text(self, blob: str) -> bytes:
        """Return the content of a blob. Raise `ObjectMissingError` if the clone lacks it."""
        return read_blobs(self._git, [blob])[blob]

    def find_text(self, commit: str, path: str) -> bytes | None:
        """Return the content of a file in a commit. None if it does not exist, or git cannot be given its path."""
        return None if "\n" in path else read_path_in_commits(self._git, [commit], path).get(commit)

    def find_retained(self, path: str, blob: str, dataset_id: str) -> Contract | None:
        """Return a contract that was retained when the history was read, or None."""
        return self._reader.retained.get((path, blob, dataset_id)) if self._reader else None

    def drop_retained(self, dataset_ids: Collection[str]) -> None:
        """Remove the retained contracts of some datasets."""
        if self._reader:
            retained = self._reader.retained
            self._reader.retained = {key: contract for key, contract in retained.items() if key[2] not in dataset_ids}

    def read_contract(self, path: str, blob: str, dataset_id: str) -> Contract:
        """Return the contract of a dataset that a blob is known to define."""
        retained = self.find_retained(path, blob, dataset_id)
        if retained is not None:
            return retained
        with self._lock:
            recent = self._recent.get((path, blob))
        parsed = recent[0] if recent else self._read_file(path, blob, self.read_text(blob))
        contracts = (contract for contract in parsed.contracts if contract.dataset_id == dataset_id)
        return _require_contract(next(contracts, None))

    def read_contracts(self, requests: Sequence[tuple[str, str, str | None]]) -> Iterator[Contract | None]:
        """Yield a contract for each path, blob and dataset id, in order, and None where the dataset id is None.

        Each blob is read once for all its datasets, just before the first of them is yielded.
        """
        remaining: dict[ContractKey, int] = {}
        ids: dict[tuple[str, str], set[str]] = {}
        for path, blob, dataset_id in requests:
            if dataset_id is not None and self.find_retained(path, blob, dataset_id) is None:
                remaining[path, blob, dataset_id] = remaining.get((path, blob, dataset_id), 0) + 1
                ids.setdefault((path, blob), set()).add(dataset_id)
        blobs = stream_blobs(self._git, (blob for _, blob in ids))
        texts: dict[str, bytes] = {}
        unread_paths: dict[str, int] = {}
        for _, blob in ids:
            unread_paths[blob] = unread_paths.get(blob, 0) + 1
        contracts: dict[ContractKey, Contract] = {}
        for path, blob, dataset_id in requests:
            key = (path, blob, dataset_id or "")
            if key not in remaining:
                yield None if dataset_id is None else _require_contract(self.find_retained(path, blob, dataset_id))
                continue
            if key not in contracts:
                while blob not in texts:
                    oid, content = next(blobs)
                    texts[oid] = content
                by_id = self._read_datasets(path, blob, texts[blob], frozenset(ids[path, blob]))
                contracts.update({(path, blob, name): _require_contract(by_id.get(name)) for name in ids[path, blob]})
                unread_paths[blob] -= 1
                if not unread_paths[blob]:
                    del texts[blob]
            remaining[key] -= 1
            yield contracts[key] if remaining[key] else contracts.pop(key)

    def _read_datasets(self, path: str, blob: str, content: bytes, ids: frozenset[str]) -> dict[str, Contract]:
        from dcr.registry.history.facts_reader import FactsReader  # noqa: PLC0415 (cached facts need no reader)

        if self._reader is None:
            self._reader = FactsReader()
        return self._reader.read_contracts(path, blob, content, ids)

    def _read_file(self, path: str, blob: str, content: bytes) -> ParsedFile:
        from dcr.formats import read_content  # noqa: PLC0415 (cached facts need no format)

        parsed = read_content(path, content)
        with self._lock:
            while self._recent and sum(size for _, size in self._recent.values()) + len(content) > MAX_RECENT_BYTES:
                del self._recent[next(iter(self._recent))]
            self._recent[path, blob] = (parsed, len(content))
        return parsed


def _require_contract(contract: Contract | None) -> Contract:
    if contract is None:
        raise GitFailedError("a file in the history no longer contains a dataset it contained", "run it again")
    return contract
