"""Jobs that read a whole history, without and with what dcr keeps of it, for many."""

from __future__ import annotations

import json
import shutil
from typing import TYPE_CHECKING

from group import Group, Ratio
from measure import Job, output
from repository import Size, build_complete
from run import DCR, SEED

if TYPE_CHECKING:
    from pathlib import Path

COMMITS = 2_000
SHARE = 10
"""A history has one contract in so many of the other groups: each of them is read in many versions."""
MORE = 100
"""The commits that are new since the cache of the job `more` was written."""

LOG = "git log --raw --no-abbrev --no-renames -m --first-parent --format= main -- contracts"
FLOOR = ("sh", "-c", f"{LOG} | cut -d ' ' -f 4 | git cat-file --batch")
HISTORY = (str(DCR), "log", "--ref", "main", "--format", "json")
RATIOS = (Ratio("first", "floor", 12.0), Ratio("second", "floor", 1.0), Ratio("more", "floor", 3.0))


def build(folder: Path, contracts: int) -> Group:
    """Return the jobs, in a repository that is built in the folder unless it is there."""
    count = max(contracts // SHARE, 1)
    repository = folder / f"{count}-contracts-{COMMITS}-commits"
    build_complete(repository, Size(count, COMMITS, 0), SEED)
    cache, older, newer = (folder / f"history-cache-{name}" for name in ("all", "older", "newer"))
    for kept in (cache, older, newer):  # an older program may have written them
        shutil.rmtree(kept, ignore_errors=True)
        kept.mkdir()
    versions = _confirm(repository, cache)
    output((str(DCR), "log", "--ref", f"main~{MORE}", "--format", "json"), repository, older)
    jobs = (
        Job("floor", repository, (FLOOR,)),
        Job("first", repository, (HISTORY,)),
        Job("second", repository, (HISTORY,), cache),
        Job("more", repository, (("cp", "-R", f"{older}/.", str(newer)), HISTORY), newer),
    )
    meanings = {
        "floor": "git log --raw | git cat-file --batch",
        "first": f"dcr log, all {versions:,} versions, nothing cached",
        "second": "the same, once more",
        "more": f"the same, with what was cached {MORE} commits earlier",
    }
    return Group("history", "floor", jobs, meanings, RATIOS)


def _confirm(repository: Path, cache: Path) -> int:
    """Return how many versions there are; raise ValueError unless dcr finds them all, cached or not."""
    first, second = (json.loads(output(HISTORY, repository, cache)) for _ in range(2))
    if first != second:
        raise ValueError("the cached history differs from the one that was read")
    found = sum(len(each["versions"]) for each in first["datasets"])
    wanted = output(("sh", "-c", f"{LOG} | wc -l"), repository).strip()
    if found != int(wanted):
        raise ValueError(f"dcr found {found} versions, expected {wanted}")
    return found
