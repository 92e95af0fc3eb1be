"""Reads the repositories that moved on a Dask cluster; its scheduler reruns what a lost worker did not finish."""

from __future__ import annotations

import contextlib
import time
from queue import Empty, SimpleQueue
from typing import TYPE_CHECKING, NamedTuple

from distributed import KilledWorker

from dcr.errors import DcrError
from dcr.fleet.cluster_connection import LOST, check_workers, create_lost_error, create_marker, open_client
from dcr.fleet.cluster_work import ClusterError, WorkerTask, read_on_worker
from dcr.version import __version__

if TYPE_CHECKING:
    from collections.abc import Iterator

    from distributed import Client, Future

    from dcr.fleet.reading import Requests, Results
    from dcr.fleet.repository_facts import FactsRequest
    from dcr.index.facts import RepositoryFacts
    from dcr.index.store import RepositoryKey

TASKS_PER_THREAD = 2
"""Repositories in flight for each thread: one that is read, and one that waits, so that memory is bounded."""

_POLL_SECONDS = 2
MAX_SECONDS_WITHOUT_WORKERS = 60
"""How long a run waits for a worker when the last one has left, for example while it is restarted."""


class _Running(NamedTuple):
    key: RepositoryKey
    request: FactsRequest
    future: Future


@contextlib.contextmanager
def connect_cluster(address: str, mirrors: str) -> Iterator[Cluster]:
    """Connect to a scheduler whose workers see the folder of the mirrors. Raise `ClusterError`.

    At the end, what is outstanding is cancelled.
    """
    with create_marker(mirrors) as marker, open_client(address) as client:
        check_workers(client, address, marker)
        yield Cluster(client, address, marker)


class Cluster:
    """Runs the function of the local processes on the workers of a cluster. Each repository is one task."""

    def __init__(self, client: Client, address: str, marker: str) -> None:
        self._client, self._address, self._marker = client, address, marker
        self._finished: SimpleQueue[Future] = SimpleQueue()
        self._running: dict[str, _Running] = {}
        self._suspects: list[tuple[RepositoryKey, FactsRequest]] = []
        self._threads, self._counted_at = 0, 0.0

    def read(self, requests: Requests) -> Results:
        """Yield the facts of each repository, or the error of one that cannot be read, as they finish.

        A repository whose workers were killed is read again when nothing else runs, so that only the one that killed
        them fails. Raise `ClusterError` if the scheduler or all workers are lost, or a worker is unsuitable.
        """
        for key, request in requests:
            self._submit(key, request)
            while len(self._running) >= self._get_limit() or not self._finished.empty():
                yield from self._take()
        while self._running:
            yield from self._take()
        while self._suspects:
            key, request = self._suspects.pop()
            self._submit(key, request)
            yield from self._take()
            if self._suspects and self._suspects[-1][0] == key:
                self._suspects.pop()
                yield (
                    key,
                    DcrError("the workers that read it were killed, perhaps because memory ran out", "see their logs"),
                )

    def _submit(self, key: RepositoryKey, request: FactsRequest) -> None:
        task = WorkerTask(request, self._marker, __version__)
        future = self._client.submit(read_on_worker, task, pure=False)
        self._running[future.key] = _Running(key, request, future)
        future.add_done_callback(self._finished.put)

    def _take(self) -> Results:
        """Wait for a task, and yield its result unless its workers were killed: then it is a suspect."""
        key, request, future = self._running.pop(self._wait().key)
        try:
            facts: RepositoryFacts | DcrError = future.result()
        except KilledWorker:
            self._suspects.append((key, request))
            return
        except LOST as error:
            raise create_lost_error(self._address) from error
        except (ImportError, AttributeError, RuntimeError) as error:
            raise ClusterError(
                f"a worker cannot run dcr: {error}", "install the same version of dcr on all workers"
            ) from error
        finally:
            future.release()  # its finalizer would do the same, and lose a Ctrl-C that arrives meanwhile
        yield key, facts

    def _wait(self) -> Future:
        """Return the next finished task. Raise `ClusterError` if there is nothing left to finish it."""
        since = time.monotonic()
        while True:
            try:
                return self._finished.get(timeout=_POLL_SECONDS)
            except Empty:
                if self._count_threads():
                    since = time.monotonic()
                elif time.monotonic() - since > MAX_SECONDS_WITHOUT_WORKERS:
                    raise ClusterError(
                        f"scheduler '{self._address}' has had no worker for {MAX_SECONDS_WITHOUT_WORKERS} seconds",
                        f"start one, then sync again: dask worker {self._address}",
                    ) from None

    def _get_limit(self) -> int:
        """Return how many repositories may be in flight; workers may join and leave."""
        if time.monotonic() - self._counted_at > _POLL_SECONDS:
            self._count_threads()
        return TASKS_PER_THREAD * max(1, self._threads)

    def _count_threads(self) -> int:
        try:
            self._threads = sum(self._client.nthreads().values())
        except LOST as error:
            raise create_lost_error(self._address) from error
        self._counted_at = time.monotonic()
        return self._threads
