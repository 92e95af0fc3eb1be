"""Reads one repository on a worker of a Dask cluster, which sees the mirrors of the machine that syncs."""

from __future__ import annotations

import gc
import os
import platform
from typing import TYPE_CHECKING, NamedTuple

from dcr.errors import DcrError
from dcr.fleet.reading import read_request
from dcr.version import __version__

if TYPE_CHECKING:
    from dcr.fleet.repository_facts import FactsRequest
    from dcr.index.facts import RepositoryFacts


class ClusterError(DcrError):
    """The cluster cannot be used."""


class WorkerTask(NamedTuple):
    """A repository to read, by the version of dcr that asks for it.

    `marker` is the path of a file in the folder of the mirrors, which exists only while this sync runs.
    """

    request: FactsRequest
    marker: str
    version: str


def read_on_worker(task: WorkerTask) -> RepositoryFacts | DcrError:
    """Return the facts of a repository, or why it cannot be read.

    Raise `ClusterError` on a worker that joined the cluster after its workers were checked, and is unsuitable.
    """
    if task.version != __version__:
        raise create_version_error(platform.node(), f"dcr {__version__}", f"dcr {task.version}")
    if not os.path.exists(task.marker):
        raise create_folder_error(platform.node(), os.path.dirname(task.marker))
    is_collecting = gc.isenabled()
    gc.disable()  # collecting garbage takes a third of the time, and a repository leaves little
    try:
        return read_request(task.request)
    finally:
        if is_collecting:
            gc.enable()


def create_version_error(worker: str, found: str, expected: str) -> ClusterError:
    """Return the error of a worker with another version of dcr or Python than this process."""
    return ClusterError(
        f"worker '{worker}' has {found}, expected {expected}", "install the same versions on all workers"
    )


def create_folder_error(worker: str, folder: str) -> ClusterError:
    """Return the error of a worker that does not see the folder of the mirrors."""
    return ClusterError(
        f"worker '{worker}' does not see the mirrors in '{folder}'",
        "share this folder with all workers at the same path, or share another one: mirrors = …",
    )
