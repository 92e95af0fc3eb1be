"""Real Dask clusters on this machine: a scheduler and workers as processes of their own."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import subprocess
import sys
import time
from typing import TYPE_CHECKING, Any

from distributed import Client
from repositories import ROOT

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

DEADLINE_SECONDS = 60
DEADLY, GATED = "deadly", "gated"
"""Repositories with these names make the git of a worker kill the worker, or wait at the gate if it is closed."""

_GIT = f"""\
#!/bin/sh
case "$GIT_DIR" in
*/{DEADLY}-*) kill -9 $PPID ;;
*/{GATED}-*)
  if [ -p "$HOME/gate" ]; then
    echo $PPID > "$HOME/waiting.part" && mv "$HOME/waiting.part" "$HOME/waiting"
    read -r _ < "$HOME/gate"
  fi ;;
esac
exec {shutil.which("git")} "$@"
"""


class DaskCluster:
    """A scheduler that allows one death of a worker for each task, and its workers, which are restarted."""

    def __init__(self, folder: Path) -> None:
        self.folder, self._processes = folder, []
        self.environment = {
            "PATH": f"{folder / 'bin'}{os.pathsep}{os.environ['PATH']}",
            "HOME": str(folder),
            "LANG": "C.UTF-8",
            "PYTHONPATH": str(ROOT),
            "DASK_DISTRIBUTED__SCHEDULER__ALLOWED_FAILURES": "1",
        }
        (folder / "bin").mkdir()
        (folder / "bin/git").write_text(_GIT, "utf-8")
        (folder / "bin/git").chmod(0o755)
        self.scheduler = self._start("scheduler", "--host", "127.0.0.1", "--port", "0")
        log = folder / "scheduler.log"
        wait_until(lambda: "Scheduler at:" in log.read_text("utf-8"))
        (self.address,) = {word for word in log.read_text("utf-8").split() if word.startswith("tcp://")}

    def start_workers(self, number: int, *arguments: str, **more: str) -> subprocess.Popen[bytes]:
        """Start workers of one thread each."""
        options = ("--host", "127.0.0.1", "--nworkers", str(number), "--nthreads", "1", *arguments)
        return self._start("worker", self.address, *options, **more)

    def _start(self, part: str, *arguments: str, **more: str) -> subprocess.Popen[bytes]:
        with (self.folder / f"{part}.log").open("ab") as log:
            started = subprocess.Popen(
                [sys.executable, "-P", "-m", f"distributed.cli.dask_{part}", "--no-dashboard", *arguments],
                cwd=self.folder,
                env={**self.environment, **more},
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )
        self._processes.append(started)
        return started

    @contextlib.contextmanager
    def connect(self, workers: int) -> Iterator[Client]:
        """Connect a client once there are so many workers."""
        with Client(self.address, set_as_default=False) as client:
            wait_until(lambda: len(client.nthreads()) == workers)
            yield client

    @contextlib.contextmanager
    def closed_gate(self) -> Iterator[Callable[[], int]]:
        """Close the gate; yield a function that returns the id of the worker that waits there, once there is one."""
        gate, waiting = self.folder / "gate", self.folder / "waiting"
        waiting.unlink(missing_ok=True)
        os.mkfifo(gate)
        descriptor = os.open(gate, os.O_RDWR)  # both ends: closing it ends the wait
        try:
            yield lambda: int(wait_until(lambda: waiting.exists() and waiting.read_text("utf-8")))
        finally:
            gate.unlink()
            os.close(descriptor)

    def stop(self) -> None:
        """End all processes."""
        for process in reversed(self._processes):
            process.send_signal(signal.SIGTERM)
            process.wait()


def wait_until(condition: Callable[[], Any]) -> Any:
    """Return the first true value of a condition."""
    deadline = time.monotonic() + DEADLINE_SECONDS
    while not (value := condition()):
        assert time.monotonic() < deadline
    return value
