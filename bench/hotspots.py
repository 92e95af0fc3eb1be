"""Shows where one run of a Python script spends its CPU; judging it is left to the reader."""

from __future__ import annotations

import io
import pstats
import re
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from measure import execute, output

if TYPE_CHECKING:
    from measure import Command

IMPORTS_SHOWN = 15
FUNCTIONS_SHOWN = 20
_IMPORT = re.compile(r"^import time: +(?P<own>\d+) \| +(?P<all>\d+) \| *(?P<module>\S+)$", re.MULTILINE)


def profile(script: Command, folder: Path) -> str:
    """Return the slowest imports and functions of a Python script, each by its own time.

    Raises CommandFailedError.
    """
    output(script, folder)  # Also writes the bytecode that later runs find.
    return f"{_imports(script, folder)}\n\n{_functions(script, folder)}"


def _imports(script: Command, folder: Path) -> str:
    log = execute((sys.executable, "-X", "importtime", *script), folder, subprocess.PIPE).stderr
    found = [(int(one["own"]), int(one["all"]), one["module"]) for one in _IMPORT.finditer(log)]
    total = sum(own for own, _, _ in found)
    rows = [f"{len(found)} imports, {total / 1000:.1f} ms", "  own ms   all ms  module"]
    for own, everything, module in sorted(found, reverse=True)[:IMPORTS_SHOWN]:
        rows.append(f"{own / 1000:8.1f} {everything / 1000:8.1f}  {module}")
    return "\n".join(rows)


def _functions(script: Command, folder: Path) -> str:
    with tempfile.TemporaryDirectory(prefix="dcr-bench-") as scratch:
        recorded = Path(scratch) / "profile"
        execute((sys.executable, "-m", "cProfile", "-o", str(recorded), *script), folder, subprocess.PIPE)
        if not recorded.exists():
            return "no functions: the script ends its process before cProfile can write"
        text = io.StringIO()
        pstats.Stats(str(recorded), stream=text).sort_stats("tottime").print_stats(FUNCTIONS_SHOWN)
    return text.getvalue().strip()
