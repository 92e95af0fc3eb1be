"""Draws docs/check.svg, which is what `dcr check` prints in the demo: python docs/generate_picture.py."""  # noqa: INP001

from __future__ import annotations

import io
import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

from rich.console import Console
from rich.text import Text

PICTURE = Path(__file__).with_name("check.svg")
WIDTH = 100
_FIRST_CHECK = re.compile(r"^\$ dcr check.*?(?=^exit code)", re.DOTALL | re.MULTILINE)
_DAY = "2026-01-05T09:00:00+00:00"


def check_output() -> str:
    """Return what the first check of `dcr demo` prints, in colours. Commits have a fixed day, so ids are the same."""
    dates = {"GIT_AUTHOR_DATE": _DAY, "GIT_COMMITTER_DATE": _DAY}
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, "-m", "dcr", "demo", "--keep", f"{folder}/demo", "--color", "always"]
        variables = {**os.environ, **dates, "COLUMNS": str(WIDTH), "PYTHONIOENCODING": "utf-8"}
        ended = subprocess.run(command, env=variables, check=True, capture_output=True, text=True, encoding="utf-8")
    found = _FIRST_CHECK.search(ended.stdout)
    if found is None:
        raise SystemExit(f"the demo printed no check:\n{ended.stdout}")
    return found[0]


def draw(text: str) -> str:
    """Return text with colour codes as an SVG picture of a terminal."""
    console = Console(record=True, width=WIDTH, file=io.StringIO(), force_terminal=True, color_system="standard")
    console.print(Text.from_ansi(text.rstrip()))
    return console.export_svg(title="dcr check", unique_id="dcr-check")


if __name__ == "__main__":
    PICTURE.write_text(draw(check_output()), "utf-8")
