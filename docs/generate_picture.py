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
_COMMIT = re.compile(r"\b[0-9a-f]{10}\b")


def check_output() -> str:
    """Return what the first check of `dcr demo` prints, in colours and with a fixed commit id."""
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, "-m", "dcr", "demo", "--keep", f"{folder}/demo", "--color", "always"]
        variables = {**os.environ, "COLUMNS": str(WIDTH), "PYTHONIOENCODING": "utf-8"}
        ended = subprocess.run(command, env=variables, check=True, capture_output=True, text=True, encoding="utf-8")
    found = _FIRST_CHECK.search(ended.stdout)
    if found is None:
        raise SystemExit(f"the demo printed no check:\n{ended.stdout}")
    return _COMMIT.sub("1a2b3c4d5e", found[0])


def draw(text: str) -> str:
    """Return text with colour codes as an SVG picture of a terminal."""
    console = Console(record=True, width=WIDTH, file=io.StringIO(), force_terminal=True, color_system="standard")
    console.print(Text.from_ansi(text.rstrip()))
    return console.export_svg(title="dcr check", unique_id="dcr-check")


if __name__ == "__main__":
    PICTURE.write_text(draw(check_output()), "utf-8")
