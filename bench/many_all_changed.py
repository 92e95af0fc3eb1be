"""Jobs that check a change of every contract, for many."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING

from group import WALL, Group, Ratio
from measure import Job, output
from repository import Size, build_complete
from run import CHECK, SEED

if TYPE_CHECKING:
    from pathlib import Path

COMMITS = 200
LOOP = """
import subprocess, threading, yaml
listed = subprocess.run(("git", "diff", "--raw", "-z", "--no-abbrev", "main"), stdout=subprocess.PIPE, check=True)
entries = listed.stdout.split(b"\\0")[:-1]
found = subprocess.Popen(("git", "cat-file", "--batch"), stdin=subprocess.PIPE, stdout=subprocess.PIPE)
def write():
    found.stdin.writelines(each.split()[2] + b"\\n" for each in entries[::2])
    found.stdin.close()
threading.Thread(target=write).start()
for path in entries[1::2]:
    size = int(found.stdout.readline().split()[2])
    yaml.load(found.stdout.read(size), yaml.CSafeLoader)
    found.stdout.read(1)
    with open(path, "rb") as file:
        yaml.load(file.read(), yaml.CSafeLoader)
"""
MEANINGS = {
    "loop": "yaml.CSafeLoader over both sides of every contract",
    "one": "dcr check --jobs 1",
    "two": "dcr check --jobs 2",
    "json": "dcr check --jobs 1 --format json",
    "breaks": "dcr check --jobs 1, a field of every contract removed",
}
MAX_MEBIBYTES, FEW = {True: 250, False: 400}, 10_000


def build(folder: Path, contracts: int) -> Group:
    """Return the jobs, in repositories of which every contract changed: a field is added, or removed."""
    added, removed = (
        folder / f"{contracts}-contracts-all-{'breaking' if breaking else 'changed'}" for breaking in (False, True)
    )
    for repository, breaking in ((added, False), (removed, True)):
        build_complete(repository, Size(contracts, COMMITS, contracts, breaking=breaking), SEED)
    _confirm(added, contracts)
    jobs = (
        Job("loop", added, ((sys.executable, "-c", LOOP),)),
        Job("one", added, ((*CHECK, "--jobs", "1"),)),
        Job("two", added, ((*CHECK, "--jobs", "2"),)),
        Job("json", added, ((*CHECK, "--jobs", "1", "--format", "json"),)),
        Job("breaks", removed, ((*CHECK, "--jobs", "1", "--fail-on", "never"),)),
    )
    ratios = (Ratio("one", "loop", 1.6), Ratio("two", "loop", 1.6), Ratio("two", "one", 0.6, WALL))
    most = dict.fromkeys(("one", "two", "json", "breaks"), MAX_MEBIBYTES[contracts <= FEW])
    return Group(f"all of {contracts:,} contracts changed", "loop", jobs, MEANINGS, ratios, most)


def _confirm(repository: Path, contracts: int) -> None:
    """Raise ValueError unless dcr sees the changes: a check that misses them is quick."""
    seen = json.loads(output((*CHECK, "--format", "json"), repository))["summary"]["changed"]
    if seen != contracts:
        raise ValueError(f"dcr saw {seen} changed contracts in {repository.name}, expected {contracts}")
