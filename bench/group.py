"""A group of jobs that are measured in turns, with budgets of CPU, wall time and memory, and its report."""

from __future__ import annotations

import json
import statistics
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from measure import cost

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from measure import Cost, Job

CPU, WALL = "cpu", "wall"


@dataclass(frozen=True)
class Ratio:
    """At most so many times the CPU time, or the wall time, of another job of the group."""

    job: str
    unit: str
    at_most: float
    kind: str = CPU


@dataclass(frozen=True)
class Group:
    """Jobs with their meanings; the CPU of each is also shown as a multiple of that of the job `unit`.

    `mebibytes` is the most memory that the largest process of a job may take.
    """

    title: str
    unit: str
    jobs: tuple[Job, ...]
    meanings: Mapping[str, str]
    ratios: tuple[Ratio, ...] = ()
    mebibytes: Mapping[str, int] = field(default_factory=dict)


Costs = dict[str, list["Cost"]]


def run_group(group: Group, rounds: int) -> Costs:
    """Return what each job costs in each round, after one more round that warms up. Raises CommandFailedError."""
    costs: Costs = {job.name: [] for job in group.jobs}
    for number in range(rounds + 1):
        for job in group.jobs:
            measured = cost(job)
            if number:
                costs[job.name].append(measured)
    return costs


def list_results(group: Group, costs: Costs) -> list[dict[str, object]]:
    """Return each budget with its figure, and whether the figure is within it."""
    results: list[dict[str, object]] = []
    for ratio in group.ratios:
        figure = _median_ratio(costs[ratio.job], costs[ratio.unit], ratio.kind)
        text = f"{ratio.kind} of {ratio.job} / {ratio.unit}"
        results.append({"budget": text, "figure": figure, "at_most": ratio.at_most})
    for job, most in group.mebibytes.items():
        figure = max(each.mebibytes for each in costs[job])
        results.append({"budget": f"MiB of {job}", "figure": figure, "at_most": most})
    return [{**result, "pass": result["figure"] <= result["at_most"]} for result in results]


def _median_ratio(measured: Sequence[Cost], unit: Sequence[Cost], kind: str) -> float:
    pairs = zip(measured, unit, strict=True)
    return statistics.median(one.cpu / other.cpu if kind == CPU else one.wall / other.wall for one, other in pairs)


def as_text(group: Group, costs: Costs) -> str:
    """Return a table of the jobs, and one of the budgets."""
    width = max(map(len, costs))
    lines = [f"{group.title}: medians of {len(costs[group.unit])} rounds", ""]
    lines.append(f"  CPU ms  wall ms  x {group.unit:<6} MiB  job")
    for job, measured in costs.items():
        cpu, wall = (
            statistics.median(values) for values in zip(*((each.cpu, each.wall) for each in measured), strict=True)
        )
        ratio, peak = _median_ratio(measured, costs[group.unit], CPU), max(each.mebibytes for each in measured)
        lines.append(f"{cpu:8.1f} {wall:8.1f} {ratio:8.2f} {peak:4.0f}  {job:{width}}  {group.meanings[job]}")
    lines += ["", "  figure  at most"]
    for result in list_results(group, costs):
        verdict = "PASS" if result["pass"] else "OVER"
        lines.append(f"{result['figure']:8.2f} {result['at_most']:8.2f}  {verdict}  {result['budget']}")
    return "\n".join(lines)


def as_json(groups: Mapping[str, tuple[Group, Costs]]) -> str:
    """Return the same of several groups as JSON."""
    report = {
        name: {
            "jobs": {
                job: {
                    "cpu_ms": statistics.median(each.cpu for each in measured),
                    "wall_ms": statistics.median(each.wall for each in measured),
                    "mib": max(each.mebibytes for each in measured),
                }
                for job, measured in costs.items()
            },
            "budgets": list_results(group, costs),
        }
        for name, (group, costs) in groups.items()
    }
    return json.dumps(report, indent=2)
