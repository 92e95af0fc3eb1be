"""Holds the readers to their CPU budgets: a foreign contract against a native one, a large file against PyYAML alone.

python bench/reading.py [--rounds 21]

Exit codes: 0 every ratio is within its budget, 1 one is over. The parser of both sides is libyaml's.
"""

from __future__ import annotations

import argparse
import statistics
import sys
import time
from typing import TYPE_CHECKING, NamedTuple

import contracts
import layout
import standard
import yaml
from measure import median_ratio

from dcr.formats import read_content

if TYPE_CHECKING:
    from collections.abc import Callable

SEED, FILES = 1, 50
LARGE = 200_000


class Job(NamedTuple):
    """Some files, and what is done with each of them."""

    meaning: str
    files: list[bytes]
    read: Callable[[bytes], object]


class Budget(NamedTuple):
    """At most so many times the CPU of another job."""

    job: str
    unit: str
    at_most: float


BUDGETS = (Budget("standard", "native", 2.0), Budget("large", "yaml", 3.0), Budget("large native", "yaml native", 3.0))


def main() -> int:
    """Measure, print, and return the exit code."""
    parser = argparse.ArgumentParser(description="Hold dcr's readers to their CPU budgets.")
    parser.add_argument("--rounds", metavar="R", type=int, default=21)
    measured = measure(jobs(), parser.parse_args().rounds)
    lines = ["  CPU ms  job"]
    lines += [f"{statistics.median(measured[name]):8.2f}  {name}: {job.meaning}" for name, job in jobs().items()]
    lines += ["", "   ratio  at most"]
    over = False
    for budget in BUDGETS:
        ratio = median_ratio(measured[budget.job], measured[budget.unit])
        over |= ratio > budget.at_most
        verdict = "OVER" if ratio > budget.at_most else "PASS"
        lines.append(f"{ratio:8.2f} {budget.at_most:8.2f}  {verdict}  {budget.job} / {budget.unit}")
    print("\n".join(lines))
    return int(over)


def jobs() -> dict[str, Job]:
    """Return what is measured, by name; each dcr job has been seen to read all that is in its files."""
    samples = [contracts.sample(SEED, number) for number in range(FILES)]
    native = [layout.render(each).encode() for each in samples]
    foreign = [standard.render([each]).encode() for each in samples]
    large, large_native = [_large_standard()], [_large_native()]
    for file in (*native, *foreign, *large, *large_native):
        found = read_content("contract.yaml", file)
        if not found.contracts or any(problem.is_fatal for problem in found.problems):
            raise ValueError(f"a generated file was not read: {found.problems[:1]}")
    size = f"one file of {len(large[0]) / 1000:.0f} kB"
    return {
        "native": Job("a native contract of 20 fields", native, _by_dcr),
        "standard": Job("the same as an Open Data Contract Standard file", foreign, _by_dcr),
        "yaml": Job(f"{size} of the standard, by PyYAML's C loader", large, _by_yaml),
        "large": Job("the same file, by dcr", large, _by_dcr),
        "yaml native": Job("a native file of that size, by PyYAML's C loader", large_native, _by_yaml),
        "large native": Job("the same file, by dcr", large_native, _by_dcr),
    }


def _by_dcr(file: bytes) -> object:
    return read_content("contract.yaml", file)


def _by_yaml(file: bytes) -> object:
    return yaml.load(file, Loader=yaml.CSafeLoader)


def _large_standard() -> bytes:
    number = 10
    while len(text := standard.render([contracts.sample(SEED, each) for each in range(number)])) < LARGE:
        number += 5
    return text.encode()


def _large_native() -> bytes:
    first = contracts.sample(SEED, 0)
    head = layout.render(first).partition("fields:\n")[0]
    lines = [head, "fields:\n", "  - {name: row_id, type: string}\n", "  - {name: occurred_at, type: timestamp}\n"]
    size = number = 0
    while size < LARGE:
        line = f"  - name: amount_{number:05}\n    type: number\n    required: false\n    minimum: 0\n"
        lines.append(line)
        size, number = size + len(line), number + 1
    return "".join(lines).encode()


def measure(wanted: dict[str, Job], rounds: int) -> dict[str, list[float]]:
    """Return each job's CPU milliseconds a file in each round, the jobs in turns, after a round that warms up."""
    found: dict[str, list[float]] = {name: [] for name in wanted}
    for number in range(rounds + 1):
        for name, job in wanted.items():
            start = time.process_time()
            for file in job.files:
                job.read(file)
            if number:
                found[name].append((time.process_time() - start) * 1000 / len(job.files))
    return found


if __name__ == "__main__":
    sys.exit(main())
