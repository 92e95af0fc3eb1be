"""Holds dcr fleet sync to its budgets of CPU and memory, against git clone --bare of the same repositories.

python bench/fleet.py [--repositories 2000] [--rounds 3] [--index URL] [--dask] [--keep DIR] [--json]

Exit codes: 0 every figure is within its budget, 1 one is over, 2 nothing could be measured.
"""

from __future__ import annotations

import argparse
import json
import shutil
import statistics
import sys
from pathlib import Path

from measure import Job, in_folder, measure, median_ratio, output, peak_mebibytes
from repository import Size, build
from run import DCR, SEED, Budget

CONTRACTS, COMMITS, CONSUMERS = 5, 20, 10
SHARE_WITH_CONSUMERS = 10
"""One in so many repositories declares consumers."""

BUDGETS = (Budget("sync", "clone", 3.0), Budget("unchanged", "clone", 0.1))
MAX_MEBIBYTES = 300
CLONE = """
rm -rf "$1" && mkdir "$1" && cd "$2" || exit 1
for each in *; do git clone --bare --quiet "$each" "$1/$each.git" || exit 1; done
"""


def main() -> int:
    """Measure what the command line asks for; return the exit code."""
    options = _options()
    return in_folder(options.keep, lambda folder, temporary: _run(options, folder.resolve(), temporary))


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Hold dcr fleet sync to its budgets.")
    parser.add_argument("--repositories", metavar="N", type=int, default=2_000)
    parser.add_argument("--rounds", metavar="R", type=int, default=3)
    parser.add_argument("--index", metavar="URL", help="also into this empty database; the answers have to be the same")
    parser.add_argument("--dask", action="store_true", help="also on a cluster of two workers, one of which is killed")
    parser.add_argument("--keep", metavar="DIR", type=Path, help="keep the repositories there, and use them again")
    parser.add_argument("--json", action="store_true")
    return parser.parse_args()


def _run(options: argparse.Namespace, folder: Path, temporary: Path) -> int:
    sources = folder / f"{options.repositories}-repositories"
    _build_all(sources, options.repositories)
    new, kept, clones = temporary / "new", temporary / "kept", temporary / "clones"
    for fleet in (new, kept):
        _write_fleet(fleet, sources)
    again = ("sh", "-c", f"rm -rf .dcr-fleet && exec '{DCR}' fleet sync")
    jobs = (
        Job("clone", folder, (("sh", "-c", CLONE, "sh", str(clones), str(sources)),)),
        Job("sync", new, (again,)),
        Job("unchanged", kept, ((str(DCR), "fleet", "sync"),)),
    )
    _confirm(jobs[2], options.repositories)
    if options.index:
        jobs += (Job("database", new, (("sh", "-c", f'{again[-1]} --index "$0"', options.index),)),)
        output(jobs[-1].commands[0], new)
        _compare(kept, new, "--index", options.index)
    if options.dask:
        jobs += (_build_dask_job(new),)
        _confirm(jobs[-1], options.repositories)
        _compare(kept, new)
    measured = measure(jobs, options.rounds)
    memory = peak_mebibytes(jobs[1])
    shutil.rmtree(clones)
    ratios = [median_ratio(measured[budget.job], measured[budget.unit]) for budget in BUDGETS]
    print((_as_json if options.json else _as_text)(options.repositories, measured, ratios, memory))
    over = any(ratio > budget.at_most for ratio, budget in zip(ratios, BUDGETS, strict=True))
    return int(over or memory > MAX_MEBIBYTES)


def _build_dask_job(fleet: Path) -> Job:
    """Return the sync on a cluster; its CPU includes the start of the cluster."""
    sync = f"rm -rf .dcr-fleet && exec '{DCR}' fleet sync --scheduler \"$DCR_BENCH_SCHEDULER\""
    cluster = str(Path(__file__).with_name("fleet_cluster.py"))
    return Job("dask", fleet, ((sys.executable, cluster, "sh", "-c", sync),))


def _build_all(sources: Path, count: int) -> None:
    """Make the repositories. They are built in a folder of another name first, so that an aborted run leaves none."""
    if sources.exists():
        return
    unfinished = sources.with_name(f"{sources.name}-unfinished")
    shutil.rmtree(unfinished, ignore_errors=True)
    for number in range(count):
        consumers = CONSUMERS if number % SHARE_WITH_CONSUMERS == 0 else 0
        build(unfinished / f"r{number:05}", Size(CONTRACTS, COMMITS, 0, consumers=consumers), SEED + number)
    unfinished.rename(sources)


def _write_fleet(folder: Path, sources: Path) -> None:
    folder.mkdir()
    entries = (f'[[repositories]]\naddress = "{path}"\nref = "main"\n' for path in sorted(sources.iterdir()))
    (folder / "fleet.toml").write_text("\n".join(entries), "utf-8")


def _confirm(job: Job, count: int) -> None:
    """Sync the fleet that stays as it is. Raise ValueError unless its index has every dataset and consumer."""
    output(job.commands[0], job.folder)
    found = json.loads(output((str(DCR), "fleet", "datasets", "--format", "json"), job.folder))
    if len(found["datasets"]) != count * CONTRACTS:
        raise ValueError(f"the index has {len(found['datasets'])} datasets, expected {count * CONTRACTS}")
    uses = json.loads(output((str(DCR), "fleet", "consumers", "--format", "json"), job.folder))["uses"]
    declared = {(use["repository"], use["consumer"]) for use in uses}
    expected = -(-count // SHARE_WITH_CONSUMERS) * CONSUMERS
    if len(declared) != expected:
        raise ValueError(f"the index has {len(declared)} consumers, expected {expected}")


def _compare(fleet: Path, other: Path, *options: str) -> None:
    """Raise ValueError unless the other fleet, with options, gives the same answers."""
    for listing in (("datasets",), ("owners",), ("audit", "--fail-on", "never"), ("consumers",)):
        command = (str(DCR), "fleet", *listing, "--format", "json")
        answers = [json.loads(output(command, fleet)), json.loads(output((*command, *options), other))]
        if any(answer.pop("index", None) is None for answer in answers) or answers[0] != answers[1]:
            raise ValueError(f"dcr fleet {listing[0]} answers otherwise")


def _as_json(count: int, measured: dict[str, list[float]], ratios: list[float], memory: float) -> str:
    jobs = {job: {"cpu_ms": statistics.median(cpu)} for job, cpu in measured.items()}
    budgets: list[dict[str, object]] = [
        {**vars(budget), "ratio": ratio, "pass": ratio <= budget.at_most}
        for ratio, budget in zip(ratios, BUDGETS, strict=True)
    ]
    budgets.append({"job": "sync", "mebibytes": memory, "at_most": MAX_MEBIBYTES, "pass": memory <= MAX_MEBIBYTES})
    return json.dumps({"repositories": count, "jobs": jobs, "budgets": budgets}, indent=2)


def _as_text(count: int, measured: dict[str, list[float]], ratios: list[float], memory: float) -> str:
    meanings = {
        "clone": "git clone --bare of each",
        "sync": "dcr fleet sync, nothing mirrored",
        "unchanged": "dcr fleet sync again, nothing moved",
        "database": "dcr fleet sync into the other database, which has the facts of the last round",
        "dask": "dcr fleet sync on a Dask cluster of two workers, one of which is killed",
    }
    lines = [f"medians of {len(measured['sync'])} rounds, {count:,} repositories", "", "  CPU ms  per repository  job"]
    for job, cpu in measured.items():
        found = statistics.median(cpu)
        lines.append(f"{found:8.0f}  {found / count:14.2f}  {job:9} {meanings[job]}")
    lines += ["", "   ratio  at most"]
    for ratio, budget in zip(ratios, BUDGETS, strict=True):
        verdict = "PASS" if ratio <= budget.at_most else "OVER"
        lines.append(f"{ratio:8.3f} {budget.at_most:8.2f}  {verdict}  {budget.job} / {budget.unit}")
    lines.append(f"{memory:8.0f} {MAX_MEBIBYTES:8.0f}  {'PASS' if memory <= MAX_MEBIBYTES else 'OVER'}  MiB of sync")
    return "\n".join(lines)


if __name__ == "__main__":
    sys.exit(main())
