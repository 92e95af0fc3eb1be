"""Measures the CPU of commands run in turns; which commands, and what is too much, is left to run.

CPU (user and system, with the git processes a command waits for) and, but for commands that use several cores, never
wall time: on a shared machine wall time moves twofold within a minute. A ratio is taken within each round, so that a
slow minute slows both of its sides.
"""

from __future__ import annotations

import json
import resource
import statistics
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from repository import environment

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

Command = tuple[str, ...]


@dataclass(frozen=True)
class Job:
    """Commands that are timed together, and the folder they run in; `cache` is a cache folder they find again."""

    name: str
    folder: Path
    commands: tuple[Command, ...]
    cache: Path | None = None


class CommandFailedError(Exception):
    """A command's exit code was not 0; the message has what it printed."""


def measure(jobs: Sequence[Job], rounds: int) -> dict[str, list[float]]:
    """Return each job's CPU milliseconds in each round, after one more round that warms up.

    Raises CommandFailedError.
    """
    measured: dict[str, list[float]] = {job.name: [] for job in jobs}
    for number in range(rounds + 1):
        for job in jobs:
            cpu = _cpu_milliseconds(job)
            if number:
                measured[job.name].append(cpu)
    return measured


def median_ratio(measured: Sequence[float], unit: Sequence[float]) -> float:
    """Return the median over the rounds of one job's CPU divided by another's."""
    return statistics.median(one / other for one, other in zip(measured, unit, strict=True))


@dataclass(frozen=True)
class Cost:
    """The CPU and wall milliseconds of a job, with its processes, and the most memory that one of these took."""

    cpu: float
    wall: float
    mebibytes: float


METER = """
import json, resource, subprocess, sys, time
started = time.monotonic()
ended = subprocess.run(sys.argv[1:], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
used = resource.getrusage(resource.RUSAGE_CHILDREN)
wall = time.monotonic() - started
print(json.dumps([(used.ru_utime + used.ru_stime) * 1000, wall * 1000, used.ru_maxrss / 1024]))
sys.exit(ended.returncode)
"""
"""Runs a command from a small process: a child's peak includes what its parent had when it started."""


def cost(job: Job) -> Cost:
    """Return what one run of a job costs. Raises CommandFailedError.

    Wall time moves twofold on a shared machine: compare only runs that follow each other, and those by their median.
    """
    costs = []
    for command in job.commands:
        run = execute((sys.executable, "-c", METER, *command), job.folder, subprocess.PIPE, job.cache)
        if run.returncode:
            output(command, job.folder, job.cache)  # A measured run keeps no output: once more, to show it.
            raise CommandFailedError(f"'{' '.join(command)}' exited {run.returncode}, and 0 when run again")
        costs.append(Cost(*json.loads(run.stdout)))
    cpu, wall = sum(each.cpu for each in costs), sum(each.wall for each in costs)
    return Cost(cpu, wall, max(each.mebibytes for each in costs))


PEAK = """
import resource, subprocess, sys
ended = subprocess.run(sys.argv[1:], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)
sys.exit(ended.returncode)
"""


def peak_mebibytes(job: Job) -> float:
    """Return the most memory that one command of a job took. Raises CommandFailedError."""
    kibibytes = (output((sys.executable, "-c", PEAK, *each), job.folder, job.cache) for each in job.commands)
    return max(map(int, kibibytes)) / 1024


def output(command: Command, folder: Path, cache: Path | None = None) -> str:
    """Return what a command prints on stdout. Raises CommandFailedError."""
    run = execute(command, folder, subprocess.PIPE, cache)
    if run.returncode:
        printed = f"{run.stdout}{run.stderr}".rstrip() or "(it printed nothing)"
        raise CommandFailedError(f"'{' '.join(command)}' exited {run.returncode}, not 0:\n{printed}")
    return run.stdout


def execute(command: Command, folder: Path, sink: int, cache: Path | None = None) -> subprocess.CompletedProcess[str]:
    """Run a command without settings of git's, and as a user's first time: nothing cached, unless there is a `cache`.

    Its code is not checked.
    """
    with tempfile.TemporaryDirectory(prefix="dcr-bench-") as empty_cache:
        return subprocess.run(
            command,
            cwd=folder,
            env={**environment(), "XDG_CACHE_HOME": str(cache or empty_cache)},
            stdin=subprocess.DEVNULL,
            stdout=sink,
            stderr=sink,
            text=True,
            check=False,
        )


def _cpu_milliseconds(job: Job) -> float:
    before = _children_seconds()
    for command in job.commands:
        if code := execute(command, job.folder, subprocess.DEVNULL, job.cache).returncode:
            output(command, job.folder, job.cache)  # A timed run keeps no output: once more, to show it.
            raise CommandFailedError(f"'{' '.join(command)}' exited {code}, and 0 when run again")
    return (_children_seconds() - before) * 1000


def _children_seconds() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def in_folder(keep: Path | None, run: Callable[[Path, Path], int]) -> int:
    """Run a benchmark in the folder to keep, or in a temporary one, and return its exit code.

    `run` gets that folder and a temporary one. 2 is returned, with the reason, when nothing could be measured.
    """
    try:
        with tempfile.TemporaryDirectory(prefix="dcr-bench-") as temporary:
            return run(keep or Path(temporary), Path(temporary))
    except (OSError, ValueError, CommandFailedError) as error:
        print(f"nothing was measured: {error}", file=sys.stderr)
        return 2
