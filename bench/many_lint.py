"""Jobs that lint very many contracts, without and with a cache, for many."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING

from group import Group, Ratio
from measure import Job, output
from repository import Size, build_complete
from run import DCR, SEED

if TYPE_CHECKING:
    from pathlib import Path

LOOP = """
import subprocess, yaml
listed = subprocess.run(("git", "ls-files", "-z", "contracts"), stdout=subprocess.PIPE, check=True).stdout
for path in listed.split(b"\\0")[:-1]:
    with open(path, "rb") as file:
        yaml.load(file, yaml.CSafeLoader)
"""
LINT = (str(DCR), "lint")
UNCACHED = ("env", "DCR_CACHE=off", *LINT)
MEANINGS = {
    "loop": "yaml.CSafeLoader over the same files",
    "lint": "dcr lint --jobs 1, without a cache",
    "first": "dcr lint --jobs 1, which writes a cache",
    "second": "the same with the cache of the first run",
    "cores": "dcr lint on every core, without a cache",
}


def build(folder: Path, contracts: int) -> Group:
    """Return the jobs, in a repository that is built in the folder unless it is there."""
    repository = folder / f"{contracts}-contracts-linted"
    build_complete(repository, Size(contracts, 1, 0), SEED)
    cache = folder / "lint-cache"
    _confirm(repository, contracts, cache)
    jobs = (
        Job("loop", repository, ((sys.executable, "-c", LOOP),)),
        Job("lint", repository, ((*UNCACHED, "--jobs", "1"),)),
        Job("first", repository, ((*LINT, "--jobs", "1"),)),
        Job("second", repository, ((*LINT, "--jobs", "1"),), cache),
        Job("cores", repository, (UNCACHED,)),
    )
    ratios = (Ratio("lint", "loop", 0.9), Ratio("first", "lint", 1.05), Ratio("second", "first", 0.1))
    return Group("lint", "loop", jobs, MEANINGS, ratios, {"lint": 60, "second": 60})


def _confirm(repository: Path, contracts: int, cache: Path) -> None:
    """Raise ValueError unless both runs read every contract: a run that misses some is quick."""
    for _ in range(2):
        counted = json.loads(output((*LINT, "--format", "json"), repository, cache))["summary"]["contracts"]
        if counted != contracts:
            raise ValueError(f"dcr counted {counted} contracts, expected {contracts}")
