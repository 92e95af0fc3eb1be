"""Runs a command while a Dask cluster of two workers runs, and kills one of them in the middle.

The command finds the scheduler's address in the variable DCR_BENCH_SCHEDULER. The exit code is that of the command. All
processes of the cluster are waited for, so that their CPU is measured too.
"""

from __future__ import annotations

import contextlib
import os
import signal
import sqlite3
import subprocess
import sys
import time

WORKERS = 2
INDEX = ".dcr-fleet/index.db"
KILLED_AFTER = 20
"""The number of stored repositories after which a worker is killed."""

CLI = (sys.executable, "-m")


def main() -> int:
    """Run the command line's command."""
    scheduler = subprocess.Popen(
        (*CLI, "distributed.cli.dask_scheduler", "--host", "127.0.0.1", "--port", "0", "--no-dashboard"),
        stderr=subprocess.PIPE,
        text=True,
    )
    address = next(line.split()[-1] for line in scheduler.stderr or () if "Scheduler at:" in line)
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    options = ("--nthreads", "1", "--no-nanny", "--no-dashboard")
    workers = [
        subprocess.Popen((*CLI, "distributed.cli.dask_worker", address, *options), **quiet) for _ in range(WORKERS)
    ]
    try:
        _wait_for_workers(address)
        running = subprocess.Popen(sys.argv[1:], env={**os.environ, "DCR_BENCH_SCHEDULER": address})
        while running.poll() is None and _count_stored() < KILLED_AFTER:
            time.sleep(0.2)
        workers[0].kill()
        return running.wait()
    finally:
        for process in (*workers, scheduler):
            process.send_signal(signal.SIGTERM)
            process.wait()


def _wait_for_workers(address: str) -> None:
    from distributed import Client  # noqa: PLC0415 (the processes of the cluster are started first)

    with Client(address, set_as_default=False) as client:
        client.wait_for_workers(WORKERS)


def _count_stored() -> int:
    if not os.path.exists(INDEX):
        return 0
    with contextlib.suppress(sqlite3.Error), contextlib.closing(sqlite3.connect(INDEX)) as connection:
        return int(connection.execute("SELECT count(*) FROM repositories WHERE commit_id IS NOT NULL").fetchone()[0])
    return 0


if __name__ == "__main__":
    sys.exit(main())
