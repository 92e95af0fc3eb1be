"""Holds dcr to its budgets in a repository of one file with many datasets; timing is left to measure.

python bench/many.py [--datasets 70] [--commits 40] [--rounds 5] [--keep DIR] [--json]

Exit codes: 0 every figure is within its budget, 1 one is over, 2 nothing could be measured.
"""

from __future__ import annotations

import argparse
import json
import random
import statistics
import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from contracts import Contract, sample, with_optional_field, with_status_value, with_wording
from measure import Job, in_folder, measure, median_ratio, output, peak_mebibytes
from repository import build_file
from run import DCR, SEED, Budget
from standard import render

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

FIELDS = 12
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
BUDGETS = (Budget("audit", "loop", 2.0), Budget("all", "loop", 3.0), Budget("one", "loop", 1.5))
MEBIBYTES = {"audit": 200}


def main() -> int:
    """Measure what the command line asks for; return the exit code."""
    options = _options()
    return in_folder(options.keep, lambda folder, _: _run(options, folder))


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Hold dcr to its budgets for a file of many datasets.")
    parser.add_argument("--datasets", metavar="N", type=int, default=70)
    parser.add_argument("--commits", metavar="H", type=int, default=40)
    parser.add_argument("--rounds", metavar="R", type=int, default=5)
    parser.add_argument("--keep", metavar="DIR", type=Path, help="keep the repositories there, and use them again")
    parser.add_argument("--json", action="store_true")
    return parser.parse_args()


def _run(options: argparse.Namespace, folder: Path) -> int:
    name = f"{options.datasets}-datasets-{options.commits}-commits"
    whole, one = (folder.resolve() / f"{name}-{changed}-changed" for changed in (options.datasets, 1))
    for repository, changed in ((whole, options.datasets), (one, 1)):
        if not repository.exists():
            build_file(repository, PATH, *_texts(options.datasets, options.commits, changed))
    _confirm(whole, options.datasets, options.commits)
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
    measured = measure(jobs, options.rounds)
    peaks = {job.name: peak_mebibytes(job) for job in jobs}
    ratios = [median_ratio(measured[budget.job], measured[budget.unit]) for budget in BUDGETS]
    print((_as_json if options.json else _as_text)(measured, peaks, ratios))
    over = any(ratio > budget.at_most for ratio, budget in zip(ratios, BUDGETS, strict=True))
    return int(over or any(peaks[job] > most for job, most in MEBIBYTES.items()))


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


def _as_json(measured: dict[str, list[float]], peaks: dict[str, float], ratios: list[float]) -> str:
    jobs = {
        job: {"cpu_ms": statistics.median(cpu), "loop_ratio": median_ratio(cpu, measured["loop"]), "mib": peaks[job]}
        for job, cpu in measured.items()
    }
    budgets = [
        {**vars(budget), "ratio": ratio, "pass": ratio <= budget.at_most}
        for ratio, budget in zip(ratios, BUDGETS, strict=True)
    ]
    memory = [{"job": job, "at_most": most, "pass": peaks[job] <= most} for job, most in MEBIBYTES.items()]
    return json.dumps({"jobs": jobs, "budgets": budgets, "memory": memory}, indent=2)


def _as_text(measured: dict[str, list[float]], peaks: dict[str, float], ratios: list[float]) -> str:
    meanings = {
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
    lines = [f"medians of {len(measured['loop'])} rounds", "", "  CPU ms  x loop   MiB  job"]
    for job, cpu in measured.items():
        ratio = median_ratio(cpu, measured["loop"])
        lines.append(f"{statistics.median(cpu):8.1f} {ratio:7.2f} {peaks[job]:5.0f}  {job:7}  {meanings[job]}")
    lines += ["", "   ratio  at most"]
    for ratio, budget in zip(ratios, BUDGETS, strict=True):
        verdict = "PASS" if ratio <= budget.at_most else "OVER"
        lines.append(f"{ratio:8.2f} {budget.at_most:8.2f}  {verdict}  {budget.job} / {budget.unit}")
    for job, most in MEBIBYTES.items():
        lines.append(f"{peaks[job]:8.0f} {most:8.0f}  {'PASS' if peaks[job] <= most else 'OVER'}  MiB of {job}")
    return "\n".join(lines)


if __name__ == "__main__":
    sys.exit(main())
