"""Jobs that check few changes in very many contracts, for many."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from group import Group, Ratio
from measure import Job, output
from repository import Size, build_complete
from run import CHANGED, CHECK, SEED

if TYPE_CHECKING:
    from pathlib import Path

FACTOR = 10


def build(folder: Path, contracts: int) -> Group:
    """Return the jobs: some contracts, and ten times as many, of which ten change in both."""
    sizes = {"few": contracts, "many": contracts * FACTOR}
    jobs = []
    for name, size in sizes.items():
        repository = folder / f"{size}-contracts-{CHANGED}-changed-1-commit"
        build_complete(repository, Size(size, 1, CHANGED), SEED)
        _confirm(repository)
        jobs.append(Job(name, repository, (CHECK,)))
    meanings = {name: f"dcr check, {CHANGED} of {size:,} contracts changed" for name, size in sizes.items()}
    return Group("few changes", "few", tuple(jobs), meanings, (Ratio("many", "few", 3.0),))


def _confirm(repository: Path) -> None:
    """Raise ValueError unless dcr sees the changes: a check that misses them is quick."""
    seen = json.loads(output((*CHECK, "--format", "json"), repository))["summary"]["changed"]
    if seen != CHANGED:
        raise ValueError(f"dcr saw {seen} changed contracts in {repository.name}, expected {CHANGED}")
