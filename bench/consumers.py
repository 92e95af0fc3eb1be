"""Holds the search for consumers to its CPU budgets; timing is left to measure, repositories to repository.

python bench/consumers.py [--contracts 10000] [--consumers 5000] [--rounds 21] [--keep DIR]

Exit codes: 0 every figure is within its budget, 1 one is over, 2 nothing could be measured.
"""

from __future__ import annotations

import argparse
import json
import statistics
import sys
import tempfile
from pathlib import Path

from measure import Job, in_folder, measure, output
from repository import Size, build
from run import CHECK, COMMITS, DCR, FLOOR, SEED

CHANGED = 20
NEVER = ("--fail-on", "never")
AT_MOST = {"first": 2.75, "again": 1.0}
"""How many times the floor the check of breaks may cost more with consumers than without."""


def main() -> int:
    """Measure what the command line asks for; return the exit code."""
    parser = argparse.ArgumentParser(description="Hold the search for consumers to its CPU budget.")
    parser.add_argument("--contracts", metavar="N", type=int, default=10_000)
    parser.add_argument("--consumers", metavar="N", type=int, default=5_000)
    parser.add_argument("--rounds", metavar="R", type=int, default=21)
    parser.add_argument("--keep", metavar="DIR", type=Path, help="keep the repositories there, and use them again")
    options = parser.parse_args()
    return in_folder(options.keep, lambda folder, temporary: _run(options, folder, temporary))


def _run(options: argparse.Namespace, folder: Path, cache: Path) -> int:
    if not DCR.exists():
        raise FileNotFoundError(f"'{DCR}' is not there: install dcr where this python is")
    alone = _repository(folder, options.contracts, 0)
    used = _repository(folder, options.contracts, options.consumers)
    reached = _count_reached(alone), _count_reached(used)
    if reached[0] or not reached[1]:
        raise ValueError(f"dcr found {reached[0]} and {reached[1]} reached consumers, expected 0 and some")
    jobs = (
        Job("floor", alone, FLOOR),
        Job("breaks", alone, ((*CHECK, *NEVER),), cache),
        Job("first", used, ((*CHECK, *NEVER),)),
        Job("again", used, ((*CHECK, *NEVER),), cache),
    )
    measured = measure(jobs, options.rounds)
    meanings = {
        "floor": "git diff --raw; python -c pass",
        "breaks": f"dcr check, {CHANGED} breaks in {options.contracts:,} contracts",
        "first": f"the same with {options.consumers:,} consumers, {reached[1]} of them reached; nothing is cached",
        "again": "the same again, with what the first check cached",
    }
    print(f"medians of {options.rounds} rounds\n\n  CPU ms  x floor  job")
    for job, cpu in measured.items():
        ratio = statistics.median(cpu) / statistics.median(measured["floor"])
        print(f"{statistics.median(cpu):8.1f} {ratio:8.2f}  {job:12} {meanings[job]}")
    print("\n   ratio  at most")
    extra = {job: _measure_extra(measured, job) for job in ("first", "again")}
    for job, most in AT_MOST.items():
        verdict = "PASS" if extra[job] <= most else "OVER"
        print(f"{extra[job]:8.2f} {most:8.2f}  {verdict}  ({job} - breaks) / floor")
    return int(any(extra[job] > most for job, most in AT_MOST.items()))


def _measure_extra(measured: dict[str, list[float]], job: str) -> float:
    """Return the median over the rounds of what a job costs more than the same check without consumers."""
    rounds = zip(measured[job], measured["breaks"], measured["floor"], strict=True)
    return statistics.median((with_consumers - without) / floor for with_consumers, without, floor in rounds)


def _repository(folder: Path, contracts: int, consumers: int) -> Path:
    built = folder.resolve() / f"{contracts}-contracts-{CHANGED}-breaks-{consumers}-consumers"
    if not built.exists():
        size = Size(contracts, COMMITS, min(CHANGED, contracts), consumers=consumers, breaking=True)
        built.parent.mkdir(parents=True, exist_ok=True)
        partial = Path(tempfile.mkdtemp(prefix="partial-", dir=built.parent))
        build(partial, size, SEED)
        partial.rename(built)
    return built


def _count_reached(repository: Path) -> int:
    """Return the number of consumers that the breaks reach. A check that misses them is quick."""
    report = json.loads(output((*CHECK, *NEVER, "--format", "json"), repository))
    issues = [issue for contract in report["contracts"] for issue in contract["issues"]]
    return len({consumer["consumer"] for issue in issues for consumer in issue["consumers"] or ()})


if __name__ == "__main__":
    sys.exit(main())
