"""Holds `dcr check` to its CPU budgets; timing is left to measure, repositories to repository.

python bench/run.py [--contracts 10000] [--others 50000] [--rounds 21] [--keep DIR] [--json | --profile]

Exit codes: 0 every ratio is within its budget, 1 one is over, 2 nothing could be measured.
"""

from __future__ import annotations

import argparse
import json
import statistics
import sys
from dataclasses import dataclass
from pathlib import Path

from hotspots import profile
from measure import Job, in_folder, measure, median_ratio, output
from repository import Size, build_complete

CHANGED = 10
FEW = 20
COMMITS = 200
SEED = 1
DCR = Path(sys.executable).with_name("dcr")
CHECK = (str(DCR), "check", "--base", "main")
FLOOR = (
    ("git", "diff", "--raw", "-z", "--merge-base", "main", "--", "contracts"),
    (sys.executable, "-c", "pass"),
)

WHOLE_FLOOR = (("git", "diff", "--raw", "-z", "--merge-base", "main"), FLOOR[1])


@dataclass(frozen=True)
class Budget:
    """At most so many times the CPU of another job."""

    job: str
    unit: str
    at_most: float


SETTING = 'contracts = ["contracts/**/*.yaml"]\n'
BUDGETS = (
    Budget("changed", "floor", 6.0),
    Budget("clean", "floor", 4.0),
    Budget("changed", "small", 1.5),
    Budget("changed set", "floor", 6.0),
    Budget("clean set", "floor", 4.0),
    Budget("mono changed", "mono floor", 6.0),
    Budget("mono clean", "mono floor", 4.0),
)


def main() -> int:
    """Measure what the command line asks for; return the exit code."""
    options = _options()
    return in_folder(options.keep, lambda folder, _: _run(options, folder))


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Hold `dcr check` to its CPU budgets.")
    parser.add_argument("--contracts", metavar="N", type=int, default=10_000)
    parser.add_argument("--others", metavar="N", type=int, default=50_000, help="files beside a few contracts")
    parser.add_argument("--rounds", metavar="R", type=int, default=21)
    parser.add_argument("--keep", metavar="DIR", type=Path, help="keep the repositories there, and use them again")
    instead = parser.add_mutually_exclusive_group()
    instead.add_argument("--json", action="store_true")
    instead.add_argument("--profile", action="store_true", help="show where the CPU goes instead")
    return parser.parse_args()


def _run(options: argparse.Namespace, folder: Path) -> int:
    if not DCR.exists():
        raise FileNotFoundError(f"'{DCR}' is not there: install dcr where this python is")
    if options.rounds < 1:
        raise ValueError(f"--rounds is {options.rounds}, expected 1 or more")
    changed = _repository(folder, options.contracts, CHANGED)
    if options.profile:
        print(profile(CHECK, changed))
        return 0
    clean = _repository(folder, options.contracts, 0)
    small = _repository(folder, CHANGED, CHANGED)
    changed_set = _repository(folder, options.contracts, CHANGED, setting=SETTING)
    clean_set = _repository(folder, options.contracts, 0, setting=SETTING)
    mono_changed = _repository(folder, FEW, CHANGED, others=options.others)
    mono_clean = _repository(folder, FEW, 0, others=options.others)
    some, none = (changed, small, changed_set, mono_changed), (clean, clean_set, mono_clean)
    for checked in some:
        _confirm(checked, CHANGED)
    for checked in none:
        _confirm(checked, 0)
    jobs = (
        Job("floor", changed, FLOOR),
        Job("changed", changed, (CHECK,)),
        Job("clean", clean, (CHECK,)),
        Job("small", small, (CHECK,)),
        Job("changed set", changed_set, (CHECK,)),
        Job("clean set", clean_set, (CHECK,)),
        Job("mono floor", mono_clean, WHOLE_FLOOR),
        Job("mono changed", mono_changed, (CHECK,)),
        Job("mono clean", mono_clean, (CHECK,)),
    )
    measured = measure(jobs, options.rounds)
    ratios = [median_ratio(measured[budget.job], measured[budget.unit]) for budget in BUDGETS]
    print(_as_json(options, measured, ratios) if options.json else _as_text(options, measured, ratios))
    return int(any(ratio > budget.at_most for ratio, budget in zip(ratios, BUDGETS, strict=True)))


def _repository(folder: Path, contracts: int, changed: int, setting: str = "", others: int = 0) -> Path:
    name = f"{contracts}-contracts-{changed}-changed{'-set' if setting else ''}{f'-{others}-others' if others else ''}"
    built = folder.resolve() / name
    build_complete(built, Size(contracts, COMMITS, changed, others, setting), SEED)
    return built


def _confirm(repository: Path, expected: int) -> None:
    """Raise ValueError unless dcr sees the changes: a check that misses them is quick."""
    report = json.loads(output((*CHECK, "--format", "json"), repository))
    seen = report["summary"]["changed"]
    if seen != expected:
        raise ValueError(f"dcr saw {seen} changed contracts in {repository.name}, expected {expected}")


def _as_json(options: argparse.Namespace, measured: dict[str, list[float]], ratios: list[float]) -> str:
    jobs = {
        job: {"cpu_ms": statistics.median(cpu), "floor_ratio": median_ratio(cpu, measured["floor"])}
        for job, cpu in measured.items()
    }
    budgets = [
        {**vars(budget), "ratio": ratio, "pass": ratio <= budget.at_most}
        for ratio, budget in zip(ratios, BUDGETS, strict=True)
    ]
    report = {
        "contracts": options.contracts,
        "others": options.others,
        "rounds": len(measured["floor"]),
        "jobs": jobs,
        "budgets": budgets,
    }
    return json.dumps(report, indent=2)


def _as_text(options: argparse.Namespace, measured: dict[str, list[float]], ratios: list[float]) -> str:
    contracts, others = options.contracts, options.others
    meanings = {
        "floor": "git diff --raw; python -c pass",
        "changed": f"dcr check, {CHANGED} of {contracts:,} contracts changed",
        "clean": f"dcr check, nothing of {contracts:,} contracts changed",
        "small": f"dcr check, {CHANGED} of {CHANGED} contracts changed",
        "changed set": "changed, with a contracts setting",
        "clean set": "clean, with a contracts setting",
        "mono floor": f"floor over the whole of a repository with {others:,} other files",
        "mono changed": f"dcr check there, {CHANGED} of {FEW} contracts changed",
        "mono clean": f"dcr check there, nothing of {FEW} contracts changed",
    }
    lines = [f"medians of {len(measured['floor'])} rounds", "", "  CPU ms  x floor  job"]
    for job, cpu in measured.items():
        ratio = median_ratio(cpu, measured["floor"])
        lines.append(f"{statistics.median(cpu):8.1f} {ratio:8.2f}  {job:12} {meanings[job]}")
    lines += ["", "   ratio  at most"]
    for ratio, budget in zip(ratios, BUDGETS, strict=True):
        verdict = "PASS" if ratio <= budget.at_most else "OVER"
        lines.append(f"{ratio:8.2f} {budget.at_most:8.2f}  {verdict}  {budget.job} / {budget.unit}")
    return "\n".join(lines)


if __name__ == "__main__":
    sys.exit(main())
