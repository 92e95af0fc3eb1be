"""The command line of the generator; the repository itself is left to repository.

python bench/generate.py DIR --contracts 10000 --commits 200 --changed 10 --seed 1
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from repository import Size, build


def main() -> int:
    """Build the repository that the command line describes; return the exit code."""
    options = _options()
    try:
        build(options.folder, Size(options.contracts, options.commits, options.changed), options.seed)
    except (ValueError, OSError) as error:
        print(f"nothing was built: {error}", file=sys.stderr)
        return 2
    return 0


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description="Build a git repository of data contracts: branch main with history, and branch topic "
        "checked out, with some contracts changed in the working tree."
    )
    parser.add_argument("folder", metavar="DIR", type=Path, help="new or empty")
    parser.add_argument("--contracts", metavar="N", type=int, default=1000)
    parser.add_argument("--commits", metavar="H", type=int, default=100, help="on branch main")
    parser.add_argument("--changed", metavar="C", type=int, default=10, help="not committed")
    parser.add_argument("--seed", metavar="S", type=int, default=1)
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
