"""Full contracts and texts out of a repository's objects, read when they are asked for; safe for threads."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

from dcr.git.command import GitFailedError
from dcr.git.objects import each_blob, read_at, read_blobs

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from dcr.contract.contract import Contract
    from dcr.formats.reading import Reading
    from dcr.git.command import Git

_KEPT = 64
"""Files whose reading is kept for the next question; what they are made of is large."""


class Contents:
    """Reads blobs by their ids. What is kept is little, so that a long history needs no more room than a short one."""

    def __init__(self, git: Git) -> None:
        self._git = git
        self._readings: dict[tuple[str, str], Reading] = {}
        self._lock = threading.Lock()

    def text(self, blob: str) -> bytes:
        """Return a blob's bytes. Raises `ObjectMissingError`."""
        return read_blobs(self._git, [blob])[blob]

    def text_at(self, commit: str, path: str) -> bytes | None:
        """Return what a file holds in a commit; None where it is not there, or its path cannot be asked for."""
        return None if "\n" in path else read_at(self._git, [commit], path).get(commit)

    def contract(self, path: str, blob: str, dataset_id: str) -> Contract:
        """Return the contract of a dataset that a blob is known to hold."""
        with self._lock:
            reading = self._readings.get((path, blob))
        if reading is None:
            reading = self._keep(path, blob, self.text(blob))
        return _of(reading, dataset_id)

    def contracts(self, wanted: Sequence[tuple[str, str, str | None]]) -> Iterator[Contract | None]:
        """Yield a contract for each path, blob and dataset, in order; None where no dataset is asked for."""
        from dcr.formats import read  # noqa: PLC0415

        blobs = each_blob(self._git, (blob for _, blob, dataset_id in wanted if dataset_id is not None))
        held: dict[str, bytes] = {}
        times: dict[str, int] = {}
        for _, blob, dataset_id in wanted:
            times[blob] = times.get(blob, 0) + (dataset_id is not None)
        last: Reading | None = None
        last_key = ("", "")
        for path, blob, dataset_id in wanted:
            if dataset_id is None:
                yield None
                continue
            if blob not in held:
                oid, content = next(blobs)
                held[oid] = content
            if last is None or last_key != (path, blob):
                last, last_key = read(path, held[blob]), (path, blob)
            times[blob] -= 1
            if not times[blob]:
                del held[blob]
            yield _of(last, dataset_id)

    def _keep(self, path: str, blob: str, content: bytes) -> Reading:
        from dcr.formats import read  # noqa: PLC0415

        reading = read(path, content)
        with self._lock:
            while len(self._readings) >= _KEPT:
                del self._readings[next(iter(self._readings))]
            self._readings[path, blob] = reading
        return reading


def _of(reading: Reading, dataset_id: str) -> Contract:
    found = next((each for each in reading.contracts if each.dataset_id == dataset_id), None)
    if found is None:
        raise GitFailedError("what was read of a file no longer holds what it did", "run it again")
    return found
