"""Holds the building of a site to its budgets of CPU and memory; timing is left to measure, repositories to repository.

python bench/site.py [--contracts 10000] [--commits 1000] [--rounds 3] [--keep DIR] [--json]

Exit codes: 0 every figure is within its budget, 1 one is over, 2 nothing could be measured.
"""

from __future__ import annotations

import argparse
import json
import shutil
import statistics
import subprocess
import sys
from pathlib import Path

from measure import Job, in_folder, measure, median_ratio, output, peak_mebibytes
from repository import Size, build, environment
from run import DCR, SEED, Budget

REGISTRY = """
import gc
from dcr.git.repository import discover_repository
from dcr.registry.snapshot import open_snapshot
gc.disable()
history = open_snapshot(discover_repository("."), "main").read_history()
revisions = [each for dataset in history.list_datasets() for each in history.list_revisions(dataset)]
found = sum(contract is not None for contract in history.read_contracts(revisions))
print(found)
"""
"""Reads every version of every dataset, and does nothing with them."""
BUDGETS = (Budget("site", "registry", 3.0), Budget("rebuild", "site", 0.05))
MAX_MEBIBYTES = 300
NEXT = "next"
"""The branch that has one change more than main."""


def main() -> int:
    """Measure what the command line asks for; return the exit code."""
    options = _options()
    return in_folder(options.keep, lambda folder, temporary: _run(options, folder, temporary))


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Hold the building of a site to its budgets.")
    parser.add_argument("--contracts", metavar="N", type=int, default=10_000)
    parser.add_argument("--commits", metavar="H", type=int, default=1_000)
    parser.add_argument("--rounds", metavar="R", type=int, default=3)
    parser.add_argument("--keep", metavar="DIR", type=Path, help="keep the repository there, and use it again")
    parser.add_argument("--json", action="store_true")
    return parser.parse_args()


def _run(options: argparse.Namespace, folder: Path, temporary: Path) -> int:
    repository = folder.resolve() / f"{options.contracts}-contracts-{options.commits}-commits"
    if not repository.exists():
        build(repository, Size(options.contracts, options.commits, 0), SEED)
        _commit_one_change(repository)
    new, kept, cache = temporary / "new", temporary / "kept", temporary / "cache"
    on_main, on_next = ((str(DCR), "site", str(kept), "--ref", ref) for ref in ("main", NEXT))
    fresh = ("sh", "-c", f"rm -rf '{new}' && exec '{DCR}' site '{new}' --ref main")
    jobs = (
        Job("log", repository, ((str(DCR), "log", "--ref", "main", "--format", "json"),)),
        Job("registry", repository, ((sys.executable, "-c", REGISTRY),)),
        Job("site", repository, (fresh,)),
        Job("rebuild", repository, (on_next, on_main), cache),
    )
    pages = _confirm(repository, jobs, options.contracts, kept)
    measured = measure(jobs, options.rounds)
    measured["rebuild"] = [cpu / 2 for cpu in measured["rebuild"]]  # there and back are two changes
    memory = peak_mebibytes(Job("site", repository, ((str(DCR), "site", str(temporary / "peak"), "--ref", "main"),)))
    ratios = [median_ratio(measured[budget.job], measured[budget.unit]) for budget in BUDGETS]
    shutil.rmtree(new)
    print((_as_json if options.json else _as_text)(pages, measured, ratios, memory))
    over = any(ratio > budget.at_most for ratio, budget in zip(ratios, BUDGETS, strict=True))
    return int(over or memory > MAX_MEBIBYTES)


def _commit_one_change(repository: Path) -> None:
    """Make a branch that differs from main in one contract, which has the next version and another description."""
    path = next(each for each in sorted(repository.glob("contracts/**/*.yaml")))
    lines = path.read_text("utf-8").splitlines(keepends=True)
    changed = [_change(line) for line in lines]
    git = ("git", "-c", "user.name=dcr bench", "-c", "user.email=bench@example.com")
    for command in (
        ("checkout", "-q", "-b", NEXT, "main"),
        ("commit", "-qam", "one change"),
        ("checkout", "-q", "main"),
    ):
        if command[0] == "commit":
            path.write_text("".join(changed), "utf-8")
        subprocess.run((*git, *command), cwd=repository, env=environment(), check=True)


def _change(line: str) -> str:
    if line.startswith("version:"):
        return 'version: "99.0.0"\n'
    return "description: other words than before\n" if line.startswith("description:") else line


def _confirm(repository: Path, jobs: tuple[Job, ...], contracts: int, kept: Path) -> int:
    """Return the number of pages. Raise ValueError unless a rebuild writes only what one change alters."""
    rebuild = jobs[-1]
    output(rebuild.commands[1], repository, rebuild.cache)
    before = {path: path.stat().st_mtime_ns for path in kept.rglob("*.html")}
    if sum(path.parent.name == "datasets" for path in before) != contracts:
        raise ValueError(f"the site has {len(before)} pages for {contracts} datasets")
    output(rebuild.commands[0], repository, rebuild.cache)
    changed = [path for path in kept.rglob("*.html") if path.stat().st_mtime_ns != before.get(path)]
    if not 1 < len(changed) <= 5:
        raise ValueError(f"a rebuild after one change wrote {len(changed)} pages")
    output(rebuild.commands[1], repository, rebuild.cache)
    return len(before)


def _as_json(pages: int, measured: dict[str, list[float]], ratios: list[float], memory: float) -> str:
    jobs = {job: {"cpu_ms": statistics.median(cpu)} for job, cpu in measured.items()}
    budgets: list[dict[str, object]] = [
        {**vars(budget), "ratio": ratio, "pass": ratio <= budget.at_most}
        for ratio, budget in zip(ratios, BUDGETS, strict=True)
    ]
    budgets.append({"job": "site", "mebibytes": memory, "at_most": MAX_MEBIBYTES, "pass": memory <= MAX_MEBIBYTES})
    return json.dumps({"pages": pages, "jobs": jobs, "budgets": budgets}, indent=2)


def _as_text(pages: int, measured: dict[str, list[float]], ratios: list[float], memory: float) -> str:
    meanings = {
        "log": "dcr log --format json: facts of every version",
        "registry": "reading every version of every dataset",
        "site": f"dcr site, {pages:,} pages, nothing cached",
        "rebuild": "dcr site again, after one change",
    }
    unit = statistics.median(measured["registry"])
    lines = [f"medians of {len(measured['site'])} rounds", "", "  CPU ms  x registry  job"]
    for job, cpu in measured.items():
        found = statistics.median(cpu)
        lines.append(f"{found:8.0f}  {found / unit:10.2f}  {job:9} {meanings[job]}")
    lines += ["", "   ratio  at most"]
    for ratio, budget in zip(ratios, BUDGETS, strict=True):
        verdict = "PASS" if ratio <= budget.at_most else "OVER"
        lines.append(f"{ratio:8.3f} {budget.at_most:8.2f}  {verdict}  {budget.job} / {budget.unit}")
    lines.append(f"{memory:8.0f} {MAX_MEBIBYTES:8.0f}  {'PASS' if memory <= MAX_MEBIBYTES else 'OVER'}  MiB of site")
    return "\n".join(lines)


if __name__ == "__main__":
    sys.exit(main())
