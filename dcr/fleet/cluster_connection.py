"""Connects to a Dask cluster and checks that its workers can read the mirrors with the same version of dcr."""

from __future__ import annotations

import asyncio
import concurrent.futures
import contextlib
import glob
import logging
import os
import platform
import re
import socket
import tempfile
import warnings
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import urlsplit

from distributed import Client
from distributed.versions import VersionMismatchWarning

from dcr.fleet.cluster_work import ClusterError, create_folder_error, create_version_error
from dcr.version import __version__

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

LOST = (OSError, asyncio.CancelledError, concurrent.futures.CancelledError)
"""What Dask raises when the scheduler does not answer; its timeouts and closed connections are of these types."""

_ADDRESS = re.compile(r"(?:tcp|tls)://(?:[A-Za-z0-9._-]+|\[[0-9A-Fa-f:.%]+\]):[0-9]{1,5}")
_MARKER = ".dcr-sync-"
_CONNECT_SECONDS, _CLOSE_SECONDS = 10, 5
_LOGGERS = ("distributed", "distributed.client", "distributed.gc", "tornado", "tornado.application")


class WorkerVersions(NamedTuple):
    """The version of dcr on a worker, empty if it is not installed, and whether the worker sees a file."""

    dcr: str
    sees_marker: bool


def check_address(address: str) -> None:
    """Raise `ClusterError` unless an address of a scheduler is valid."""
    if not _ADDRESS.fullmatch(address):
        raise ClusterError(f"'{address}' is not the address of a scheduler", "write tcp://HOST:8786 or tls://HOST:8786")


@contextlib.contextmanager
def open_client(address: str) -> Iterator[Client]:
    """Connect to a scheduler. Raise `ClusterError`. What is outstanding at the end is cancelled."""
    check_address(address)
    _silence()
    client = _connect(address)
    try:
        yield client
    finally:
        with contextlib.suppress(*LOST):
            client.close(_CLOSE_SECONDS)


@contextlib.contextmanager
def create_marker(mirrors: str) -> Iterator[str]:
    """Create a file with a new name in the folder of the mirrors, by which workers recognize this folder."""
    for former in glob.iglob(os.path.join(glob.escape(mirrors), f"{_MARKER}*")):  # of a run that was killed
        os.unlink(former)
    descriptor, path = tempfile.mkstemp(prefix=_MARKER, dir=mirrors)
    os.close(descriptor)
    try:
        yield path
    finally:
        with contextlib.suppress(OSError):
            os.unlink(path)


def check_workers(client: Client, address: str, marker: str) -> None:
    """Raise `ClusterError` if there are no workers, or one of them is unsuitable."""
    try:
        systems = client.get_versions()["workers"]
        if not systems:
            raise ClusterError(f"scheduler '{address}' has no workers", f"start one: dask worker {address}")
        for worker, system in systems.items():
            check_python(worker, system["host"]["python"])
        found = client.run(_create_probe(marker), on_error="return")
    except LOST as error:
        raise create_lost_error(address) from error
    for worker, versions in found.items():
        if isinstance(versions, OSError):
            continue  # it left the cluster
        if isinstance(versions, BaseException):
            raise ClusterError(f"worker '{worker}' cannot run dcr: {versions}", "pip install 'dcr-cli[dask]' there")
        known = WorkerVersions(*versions)
        if known.dcr != __version__:
            raise create_version_error(worker, f"dcr {known.dcr}" if known.dcr else "no dcr", f"dcr {__version__}")
        if not known.sees_marker:
            raise create_folder_error(worker, os.path.dirname(marker))


def create_lost_error(address: str) -> ClusterError:
    """Return the error of a connection that was lost during the run."""
    return ClusterError(
        f"the connection to scheduler '{address}' was lost", "check that it is running, then sync again"
    )


def check_python(worker: str, version: str) -> None:
    """Raise `ClusterError` unless a worker has this Python, apart from the patch version: it cannot unpickle code."""
    found, expected = (".".join(each.split(".")[:2]) for each in (version, platform.python_version()))
    if found != expected:
        raise create_version_error(worker, f"Python {found}", f"Python {expected}")


def _create_probe(marker: str) -> Callable[[], tuple[str, bool]]:
    """Return a function that a worker with any version of dcr can run: a local function is sent as its code."""

    def probe() -> tuple[str, bool]:
        from os.path import exists  # noqa: PLC0415 (the code runs in another process)

        try:
            from dcr.version import __version__ as version  # noqa: PLC0415
        except ImportError:
            version = ""
        return version, exists(marker)

    return probe


def _connect(address: str) -> Client:
    parts = urlsplit(address)
    try:
        # Dask tries again for as long as it waits, also if nothing listens there.
        socket.create_connection((parts.hostname or "", parts.port or 0), _CONNECT_SECONDS).close()
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", VersionMismatchWarning)  # check_workers compares what matters
            return Client(address, timeout=_CONNECT_SECONDS, set_as_default=False)
    except (*LOST, ImportError, RuntimeError, TypeError, ValueError) as error:
        reason = str(error).strip().splitlines()
        raise ClusterError(
            f"cannot connect to scheduler '{address}': {reason[0] if reason else type(error).__name__}",
            "check its address, and that it is running: dask scheduler",
        ) from error


def _silence() -> None:
    """Turn off Dask's log, which it prints to stderr: what it reports is reported as an error."""
    for name in _LOGGERS:
        logging.getLogger(name).setLevel(logging.CRITICAL + 1)
