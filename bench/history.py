"""Holds the reading of a whole history to its CPU budgets; timing is left to measure, repositories to repository.

python bench/history.py [--contracts 1000] [--commits 2000] [--rounds 11] [--keep DIR] [--json]

Exit codes: 0 every ratio is within its budget, 1 one is over, 2 nothing could be measured.
"""

from __future__ import annotations

import argparse
import json
import statistics
import sys
from pathlib import Path

from measure import Job, in_folder, measure, median_ratio, output
from repository import Size, build
from run import DCR, SEED, Budget

LOG = "git log --raw --no-abbrev --no-renames -m --first-parent --format= main -- contracts"
FLOOR = (("sh", "-c", f"{LOG} | cut -d ' ' -f 4 | git cat-file --batch"),)
HISTORY = ((str(DCR), "log", "--ref", "main", "--format", "json"),)
MORE = 100
"""The commits that are new since the cache of the row `more` was written."""

BUDGETS = (Budget("first", "floor", 12.0), Budget("second", "floor", 1.0), Budget("more", "floor", 3.0))


def main() -> int:
    """Measure what the command line asks for; return the exit code."""
    options = _options()
    return in_folder(options.keep, lambda folder, temporary: _run(options, folder, temporary))


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Hold the reading of a whole history to its CPU budgets.")
    parser.add_argument("--contracts", metavar="N", type=int, default=1_000)
    parser.add_argument("--commits", metavar="H", type=int, default=2_000)
    parser.add_argument("--rounds", metavar="R", type=int, default=11)
    parser.add_argument("--keep", metavar="DIR", type=Path, help="keep the repository there, and use it again")
    parser.add_argument("--json", action="store_true")
    return parser.parse_args()


def _run(options: argparse.Namespace, folder: Path, temporary: Path) -> int:
    cache, older, newer = (temporary / name for name in ("cache", "older", "newer"))
    repository = folder.resolve() / f"{options.contracts}-contracts-{options.commits}-commits"
    if not repository.exists():
        build(repository, Size(options.contracts, options.commits, 0), SEED)
    versions = _confirm(repository, cache)
    output((str(DCR), "log", "--ref", f"main~{MORE}", "--format", "json"), repository, older)
    newer.mkdir()
    jobs = (
        Job("floor", repository, FLOOR),
        Job("first", repository, HISTORY),
        Job("second", repository, HISTORY, cache),
        Job("more", repository, (("cp", "-R", f"{older}/.", str(newer)), *HISTORY), newer),
    )
    measured = measure(jobs, options.rounds)
    ratios = [median_ratio(measured[budget.job], measured[budget.unit]) for budget in BUDGETS]
    print((_as_json if options.json else _as_text)(versions, measured, ratios))
    return int(any(ratio > budget.at_most for ratio, budget in zip(ratios, BUDGETS, strict=True)))


def _confirm(repository: Path, cache: Path) -> int:
    """Return how many versions there are; raise ValueError unless dcr finds them all, cached or not."""
    first, second = (json.loads(output(HISTORY[0], repository, cache)) for _ in range(2))
    if first != second:
        raise ValueError("dcr told the history otherwise when it was cached")
    found = sum(len(each["versions"]) for each in first["datasets"])
    wanted = output(("sh", "-c", f"{LOG} | wc -l"), repository).strip()
    if found != int(wanted):
        raise ValueError(f"dcr found {found} versions, expected {wanted}")
    return found


def _as_json(versions: int, measured: dict[str, list[float]], ratios: list[float]) -> str:
    jobs = {job: {"cpu_ms": statistics.median(cpu)} for job, cpu in measured.items()}
    budgets = [
        {**vars(budget), "ratio": ratio, "pass": ratio <= budget.at_most}
        for ratio, budget in zip(ratios, BUDGETS, strict=True)
    ]
    return json.dumps({"versions": versions, "jobs": jobs, "budgets": budgets}, indent=2)


def _as_text(versions: int, measured: dict[str, list[float]], ratios: list[float]) -> str:
    meanings = {
        "floor": "git log --raw | git cat-file --batch",
        "first": f"dcr log, all {versions:,} versions, nothing cached",
        "second": "the same, once more",
        "more": f"the same, with what was cached {MORE} commits earlier",
    }
    lines = [f"medians of {len(measured['floor'])} rounds", "", "  CPU ms  job"]
    lines += [f"{statistics.median(cpu):8.1f}  {job:7} {meanings[job]}" for job, cpu in measured.items()]
    lines += ["", "   ratio  at most"]
    for ratio, budget in zip(ratios, BUDGETS, strict=True):
        verdict = "PASS" if ratio <= budget.at_most else "OVER"
        lines.append(f"{ratio:8.2f} {budget.at_most:8.2f}  {verdict}  {budget.job} / {budget.unit}")
    return "\n".join(lines)


if __name__ == "__main__":
    sys.exit(main())
