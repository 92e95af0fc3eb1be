"""`dcr fleet sync --scheduler` reads repositories on a Dask cluster, whatever happens to its workers."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import sqlite3
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import pytest
from clusters import DEADLY, GATED, DaskCluster, wait_until
from fleets import DASHBOARD, ORDERS, Fleet
from repositories import ROOT, contract

from dcr.fleet.cluster_connection import check_address, check_python
from dcr.fleet.cluster_work import ClusterError, WorkerTask, read_on_worker
from dcr.fleet.repository_facts import FactsRequest
from dcr.index import schema
from dcr.version import __version__

if TYPE_CHECKING:
    from collections.abc import Iterator

NAMES = [GATED, *(f"shop{number}" for number in range(29))]


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DaskCluster]:
    """A cluster of two workers."""
    made = DaskCluster(tmp_path_factory.mktemp("cluster"))
    made.start_workers(2)
    yield made
    made.stop()


@pytest.fixture(scope="module")
def fleet(tmp_path_factory: pytest.TempPathFactory) -> Fleet:
    """A fleet of thirty repositories. The first one waits at the gate of the cluster."""
    made = Fleet(tmp_path_factory.mktemp("fleet"), *NAMES)
    for name in NAMES:
        made[name].commit({f"contracts/{name}.yaml": contract(f"{name}.orders"), f"consumers/{name}.yaml": DASHBOARD})
    made[NAMES[0]].commit({"contracts/orders.yaml": ORDERS})
    return made


def start_sync(fleet: Fleet, cluster: DaskCluster, index: str) -> subprocess.Popen[str]:
    """Start a sync of all repositories."""
    fleet.write(*NAMES)
    return subprocess.Popen(
        fleet.command("sync", "--scheduler", cluster.address, "--index", f"sqlite:///{index}"),
        cwd=fleet.folder,
        env=fleet.environment(),
        stderr=subprocess.PIPE,
        text=True,
    )


def read_index(fleet: Fleet, index: str) -> dict[str, list[Any]]:
    """Return the facts in an index by table."""
    found = {}
    with contextlib.closing(sqlite3.connect(fleet.folder / index)) as connection:
        for table in schema.PARTS:
            columns = ", ".join(f"part.{column.name}" for column in table.columns if column.name != "repository_id")
            query = f"SELECT r.name, {columns} FROM {table.name} part JOIN repositories r ON r.id = part.repository_id"
            found[table.name] = sorted(connection.execute(query).fetchall(), key=repr)
    return found


def count_stored(fleet: Fleet, index: str) -> int:
    """Return the number of repositories in an index whose facts were stored."""
    with contextlib.closing(sqlite3.connect(fleet.folder / index)) as connection:
        return connection.execute("SELECT count(*) FROM repositories WHERE commit_id IS NOT NULL").fetchone()[0]


def test_a_worker_that_is_killed_in_the_middle_changes_nothing_of_what_is_stored(fleet, cluster):
    with cluster.connect(workers=2):
        with cluster.closed_gate() as find_waiting:
            running = start_sync(fleet, cluster, "killed.db")
            os.kill(find_waiting(), signal.SIGKILL)
        _, printed = running.communicate()
    assert (running.returncode, printed) == (0, "dcr: synced 30 repositories: 30 moved\n")
    assert fleet.sync("--index", "sqlite:///local.db", "--jobs", "1") == "30 repositories: 30 moved"
    stored = read_index(fleet, "killed.db")
    assert stored == read_index(fleet, "local.db")
    assert len(stored["datasets"]) == 31


def test_a_repository_that_kills_its_workers_fails_alone(fleet, cluster):
    fleet.add(DEADLY).commit({"contracts/a.yaml": contract("a.b")})
    with cluster.connect(workers=2):
        fleet.write(DEADLY, *NAMES[:9])
        outcome = fleet.dcr("sync", "--scheduler", cluster.address, "--index", "sqlite:///deadly.db")
    assert outcome.code == 1
    assert outcome.err.startswith(f"dcr: error: '{DEADLY}' was not synced: the workers that read it were killed")
    assert outcome.err.endswith("dcr: synced 10 repositories: 9 moved, 1 failed\n")


def test_ctrl_c_cancels_what_is_outstanding(fleet, cluster):
    with cluster.connect(workers=2) as client:
        with cluster.closed_gate() as find_waiting:
            running = start_sync(fleet, cluster, "interrupted.db")
            find_waiting()
            wait_until(lambda: count_stored(fleet, "interrupted.db") == len(NAMES) - 1)
            running.send_signal(signal.SIGINT)
            assert running.communicate()[1] == ""
        assert running.returncode == 130
        wait_until(lambda: not client.run_on_scheduler(lambda dask_scheduler: len(dask_scheduler.tasks)))
    assert not list((fleet.folder / ".dcr-fleet/mirrors").glob(".dcr-sync-*"))


def test_a_worker_that_lacks_the_mirrors_or_this_version_is_named(fleet, cluster, tmp_path):
    fleet.write(NAMES[0], more='mirrors = "/proc/self/cwd/mirrors"\n')  # another folder in each process
    outcome = fleet.dcr("sync", "--scheduler", cluster.address, "--index", "sqlite:///other.db")
    assert outcome.code == 2
    assert "does not see the mirrors in '/proc/self/cwd/mirrors'" in outcome.err
    assert "at the same path" in outcome.err
    (tmp_path / "dcr").mkdir()
    (tmp_path / "dcr/__init__.py").touch()
    (tmp_path / "dcr/version.py").write_text('__version__ = "0.0.1"\n', "utf-8")
    fleet.write(NAMES[0])
    cluster.start_workers(1, "--no-nanny", "--name", "old", PYTHONPATH=str(tmp_path))
    with cluster.connect(workers=3) as client:
        outcome = fleet.dcr("sync", "--scheduler", cluster.address)
        assert outcome.code == 2
        assert f"has dcr 0.0.1, expected dcr {__version__}" in outcome.err
        client.retire_workers(names=["old"])
        wait_until(lambda: len(client.nthreads()) == 2)


def test_a_worker_that_joins_later_is_checked_too(tmp_path):
    request = FactsRequest(str(tmp_path), "main", "0" * 40)
    with pytest.raises(ClusterError, match=r"has dcr .*, expected dcr 0.0.1"):
        read_on_worker(WorkerTask(request, str(tmp_path), "0.0.1"))
    with pytest.raises(ClusterError, match="does not see the mirrors"):
        read_on_worker(WorkerTask(request, str(tmp_path / "missing"), __version__))


def test_a_worker_with_another_python_is_refused():
    check_python("tcp://10.0.0.1:1", ".".join(map(str, sys.version_info)))
    with pytest.raises(ClusterError, match=r"worker 'tcp://10.0.0.1:1' has Python 3.1, expected Python 3"):
        check_python("tcp://10.0.0.1:1", "3.1.4.final.0")


def test_a_scheduler_that_is_lost_or_has_no_workers_ends_the_run(fleet, tmp_path):
    made = DaskCluster(tmp_path)
    try:
        outcome = fleet.dcr("sync", "--scheduler", made.address)
        assert outcome.code == 2
        assert f"scheduler '{made.address}' has no workers" in outcome.err
        made.start_workers(1, "--no-nanny")
        with made.connect(workers=1):
            pass
        with made.closed_gate() as find_waiting:
            running = start_sync(fleet, made, "lost.db")
            find_waiting()
            made.scheduler.kill()
            _, printed = running.communicate()
        assert running.returncode == 2, printed
        assert f"the connection to scheduler '{made.address}' was lost" in printed
    finally:
        made.stop()


def test_without_the_extra_or_a_scheduler_nothing_is_synced(fleet, tmp_path):
    (tmp_path / "sitecustomize.py").write_text("import sys\nsys.modules['distributed'] = None\n", "utf-8")
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        address = f"tcp://127.0.0.1:{unused.getsockname()[1]}"
        outcome = fleet.dcr("sync", "--scheduler", address)
        assert outcome.code == 2
        assert f"cannot connect to scheduler '{address}': " in outcome.err
        outcome = fleet.dcr("sync", "--scheduler", address, PYTHONPATH=f"{tmp_path}{os.pathsep}{ROOT}")
    assert outcome.code == 2
    assert "pip install 'dcr-cli[dask]'" in outcome.err


@pytest.mark.parametrize(
    "address", ["", "host:8786", "inproc://a", "tcp://host", "tcp://u:p@host:1", "tcp://-h:x", "ucx://host:8786"]
)
def test_other_addresses_of_schedulers_are_refused(address):
    with pytest.raises(ClusterError, match="is not the address of a scheduler"):
        check_address(address)
