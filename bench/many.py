"""Holds dcr to its budgets for large repositories and changes; each group of jobs is a module many_*.

python bench/many.py [--only NAME ...] [--contracts 10000] [--rounds R] [--keep DIR] [--json]

Exit codes: 0 every figure is within its budget, 1 one is over, 2 nothing could be measured.
"""

from __future__ import annotations

import argparse
import sys
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

from group import as_json, as_text, list_results, run_group
from measure import in_folder

if TYPE_CHECKING:
    from group import Costs, Group

PREFIX = "many_"
MODULES = {
    path.stem.removeprefix(PREFIX).replace("_", "-"): path.stem for path in Path(__file__).parent.glob(f"{PREFIX}*.py")
}
NAMES = sorted(MODULES)


def main() -> int:
    """Measure what the command line asks for; return the exit code."""
    options = _options()
    return in_folder(options.keep, lambda folder, _: _run(options, folder.resolve()))


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Hold dcr to its budgets for large repositories and changes.")
    parser.add_argument("--only", metavar="NAME", nargs="+", choices=NAMES, default=NAMES, help=", ".join(NAMES))
    parser.add_argument("--contracts", metavar="N", type=int, default=10_000, help="of the groups of many contracts")
    parser.add_argument("--rounds", metavar="R", type=int, default=3)
    parser.add_argument("--keep", metavar="DIR", type=Path, help="keep the repositories there, and use them again")
    parser.add_argument("--json", action="store_true")
    return parser.parse_args()


def _run(options: argparse.Namespace, folder: Path) -> int:
    measured: dict[str, tuple[Group, Costs]] = {}
    for name in options.only:
        group = import_module(MODULES[name]).build(folder, options.contracts)
        measured[name] = group, run_group(group, options.rounds)
        if not options.json:
            print(as_text(*measured[name]), end="\n\n", flush=True)
    if options.json:
        print(as_json(measured))
    return int(not all(result["pass"] for group in measured.values() for result in list_results(*group)))


if __name__ == "__main__":
    sys.exit(main())
