"""Jobs in a repository of one file with many datasets, for many."""

from __future__ import annotations

import json
import random
import sys
from dataclasses import replace
from typing import TYPE_CHECKING

from contracts import Contract, sample, with_optional_field, with_status_value, with_wording
from group import Group, Ratio
from measure import Job, output
from repository import build_file
from run import DCR, SEED
from standard import render

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

DATASETS, FIELDS, COMMITS = 70, 12, 40
PATH = "contracts/warehouse.odcs.yaml"
MOST_RELEASES = 4
LOOP = f"""
import subprocess, yaml
listed = subprocess.run(("git", "log", "--format=%H:{PATH}", "main"), stdout=subprocess.PIPE, check=True).stdout
found = subprocess.run(("git", "cat-file", "--batch"), input=listed, stdout=subprocess.PIPE, check=True).stdout
at = 0
while at < len(found):
    end = found.index(b"\\n", at)
    size = int(found[at:end].split()[2])
    yaml.load(found[end + 1 : end + 1 + size], yaml.CSafeLoader)
    at = end + size + 2
"""
TRANSITIVE = ("check", "--base", "main", "--mode", "full_transitive", "--fail-on", "never")
AUDIT = ("audit", "--ref", "main", "--fail-on", "never")
MEANINGS = {
    "loop": "yaml.CSafeLoader over every content of the file",
    "audit": "dcr audit",
    "all": "dcr check --mode full_transitive, every dataset changed",
    "one": "the same, one dataset changed",
    "check": "dcr check, every dataset changed",
    "lint": "dcr lint",
    "log": "dcr log",
    "dataset": "dcr log of one dataset",
    "blame": "dcr blame of one dataset",
    "diff": "dcr diff over the last 20 commits",
}


def build(folder: Path, _contracts: int) -> Group:
    """Return the jobs, in repositories that are built in the folder unless they are there."""
    name = f"{DATASETS}-datasets-{COMMITS}-commits"
    whole, one = (folder / f"{name}-{changed}-changed" for changed in (DATASETS, 1))
    for repository, changed in ((whole, DATASETS), (one, 1)):
        if not repository.exists():
            build_file(repository, PATH, *_texts(DATASETS, COMMITS, changed))
    _confirm(whole, DATASETS, COMMITS)
    dataset = f"{sample(SEED, 0).dataset_id}/table_0"
    jobs = (
        Job("loop", whole, ((sys.executable, "-c", LOOP),)),
        _job("audit", whole, *AUDIT),
        _job("all", whole, *TRANSITIVE),
        _job("one", one, *TRANSITIVE),
        _job("check", whole, "check", "--base", "main", "--fail-on", "never"),
        _job("lint", whole, "lint", "--fail-on", "never"),
        _job("log", whole, "log", "--ref", "main"),
        _job("dataset", whole, "log", dataset, "--ref", "main"),
        _job("blame", whole, "blame", dataset, "--ref", "main"),
        _job("diff", whole, "diff", "main~20..main"),
    )
    ratios = (Ratio("audit", "loop", 2.0), Ratio("all", "loop", 3.0), Ratio("one", "loop", 1.5))
    return Group("one file with many datasets", "loop", jobs, MEANINGS, ratios, {"audit": 200, "check": 100})


def _job(name: str, folder: Path, *arguments: str) -> Job:
    return Job(name, folder, ((str(DCR), *arguments),))


def _texts(datasets: int, commits: int, changed: int) -> tuple[Iterator[str], str]:
    """Return the file as each commit leaves it, and as the working tree has it; every commit is a release."""
    chance = random.Random(f"{SEED}/many")
    latest = [_narrow(sample(SEED, index)) for index in range(datasets)]
    committed = [_file(latest, 0)]
    for number in range(1, commits):
        for index in chance.sample(range(datasets), chance.randint(1, min(MOST_RELEASES, datasets))):
            latest[index] = chance.choice((with_wording, with_status_value))(latest[index])
        committed.append(_file(latest, number))
    latest[:changed] = [with_optional_field(with_status_value(each)) for each in latest[:changed]]
    return iter(committed), _file(latest, commits)


def _narrow(contract: Contract) -> Contract:
    return replace(contract, fields=contract.fields[:FIELDS])


def _file(contracts: Sequence[Contract], number: int) -> str:
    return render([replace(contracts[0], version=(1, number, 0), status="active"), *contracts[1:]])


def _confirm(repository: Path, datasets: int, commits: int) -> None:
    """Raise ValueError unless dcr judges every dataset at every commit: what misses some is quick."""
    judged = json.loads(output((str(DCR), *AUDIT, "--format", "json"), repository))["summary"]["transitions"]
    if judged != datasets * (commits - 1):
        raise ValueError(f"dcr judged {judged} transitions, expected {datasets * (commits - 1)}")
    report = json.loads(output((str(DCR), *TRANSITIVE, "--format", "json"), repository))
    seen = sum(any(issue["field"] == "status" for issue in each["issues"]) for each in report["contracts"])
    if seen != datasets:
        raise ValueError(f"dcr saw {seen} datasets whose status got a value, expected {datasets}")
