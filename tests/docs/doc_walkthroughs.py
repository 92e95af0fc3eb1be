"""Runs the marked blocks of a page, in order, in a throw-away repository of the example contracts.

What is run is what the page prints, by a shell that knows nothing of the machine it is on but its PATH.
Commit ids differ from one repository to the next, so they compare as equal.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING

from doc_pages import PAGES, ROOT, Block, blocks

if TYPE_CHECKING:
    from pathlib import Path

_END = "\x1e"
_TRAILING = re.compile("[ \t]+$", re.MULTILINE)
_ID = re.compile(r"\b[0-9a-f]{10,40}\b")
_PADDED = re.compile("^(remote:.*?) +$", re.MULTILINE)  # git pads what a server says, and nobody sees it


@dataclass(frozen=True)
class Walkthrough:
    """The blocks that are run or written into one repository."""

    steps: tuple[Block, ...]

    def __str__(self) -> str:
        return str(self.steps[0])


NOT_NATIVE = ("*.md", "odcs", "dcs", "dbt")


def walkthroughs() -> list[Walkthrough]:
    """Return the walkthroughs of every page."""
    found = []
    for page in PAGES:
        steps: list[Block] = []
        for block in blocks(page):
            if block.anew and steps:
                found.append(Walkthrough(tuple(steps)))
                steps = []
            if block.runs or block.file or (steps and steps[-1].language == "python" and steps[-1].runs):
                steps.append(block)
        if any(each.runs for each in steps):
            found.append(Walkthrough(tuple(steps)))
    return found


def play(walkthrough: Walkthrough, folder: Path, tools: Path | None = None) -> list[tuple[Block, str]]:
    """Return each block that shows output, with the text it ought to hold by what its commands print.

    `tools` is the folder whose programs are found first; by default those beside the Python that runs the tests.
    """
    repository = folder / "repository"
    environment = _environment(folder, tools)
    if walkthrough.steps[0].begins_empty:
        repository.mkdir()
    else:
        _begin(repository, environment)
    shown: list[tuple[Block, str]] = []
    output = ""
    for step in walkthrough.steps:
        if step.file:
            path = repository / step.file
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(step.text, "utf-8")
        elif step.language == "console":
            shown.append((step, _typed(step, repository, environment)))
        elif step.runs:
            output = _run([sys.executable, "-c", step.text], repository, environment)
        else:
            shown.append((step, output))
    return shown


def without_ids(text: str) -> str:
    """Return a text in which all commit ids are the same, and spaces at the end of a line do not count."""
    return _ID.sub("0123456789", _TRAILING.sub("", text))


def replace_block(block: Block, text: str) -> None:
    """Write what a block ought to hold into its page."""
    page = block.page.read_text("utf-8")
    fence = f"```{block.language}\n{block.text}```\n"
    assert page.count(fence) == 1, f"{block} stands in its page more than once"
    written = _TRAILING.sub("", text)  # a page has none, and editors take them away
    block.page.write_text(page.replace(fence, f"```{block.language}\n{written}```\n"), "utf-8")


def environment_of_a_stranger(home: Path) -> dict[str, str]:
    """Return an environment with an empty home and nothing of whoever runs the tests, but pip's own settings."""
    home.mkdir(exist_ok=True)
    kept = {name: value for name, value in os.environ.items() if name.startswith("PIP_") or name.endswith("_PROXY")}
    return {**kept, "HOME": str(home), "PATH": os.environ["PATH"], "LC_ALL": "C.UTF-8"}


def _environment(folder: Path, tools: Path | None = None) -> dict[str, str]:
    names = {"AUTHOR": "someone", "COMMITTER": "someone"}
    identity = {f"GIT_{role}_NAME": name for role, name in names.items()}
    identity |= {f"GIT_{role}_EMAIL": "someone@example.com" for role in names}
    identity |= {f"GIT_{role}_DATE": "2024-01-01T00:00:00Z" for role in names}
    return {
        **environment_of_a_stranger(folder / "home"),
        **identity,
        "PATH": f"{tools or os.path.dirname(sys.executable)}:{os.environ['PATH']}",
        "GIT_CONFIG_NOSYSTEM": "1",
        "CI": "true",  # tables as on a terminal, a hundred columns wide and without colour
        "PYTHONUNBUFFERED": "1",  # both streams in the order a terminal shows them
    }


def _begin(repository: Path, environment: dict[str, str]) -> None:
    shutil.copytree(ROOT / "contracts-example", repository / "contracts", ignore=shutil.ignore_patterns(*NOT_NATIVE))
    for arguments in ("init --quiet --initial-branch main", "add --all", "commit --quiet --message agreed"):
        subprocess.run(["git", *arguments.split()], cwd=repository, env=environment, check=True)
    subprocess.run(["git", "switch", "--quiet", "--create", "change"], cwd=repository, env=environment, check=True)


def _typed(block: Block, repository: Path, environment: dict[str, str]) -> str:
    """Return a console block as it ought to be: each command as typed, and below it what it printed."""
    commands: list[str] = []
    for line in block.text.splitlines():
        if line.startswith("$ "):
            commands.append(line[2:])
        elif line.startswith("> ") and commands:
            commands[-1] += f"\n{line[2:]}"
    script = "".join(f"{command}\nended=$?; printf '{_END}'; (exit $ended)\n" for command in commands)
    outputs = _run(["bash", "-c", script], repository, environment).split(_END)
    assert len(outputs) == len(commands) + 1, f"{block}: a command ended the shell"
    outputs = [_PADDED.sub(r"\1", output) for output in outputs]
    typed = ["$ {}\n".format(command.replace("\n", "\n> ")) for command in commands]
    return "".join(command + output for command, output in zip(typed, outputs, strict=False))


def _run(command: list[str], folder: Path, environment: dict[str, str]) -> str:
    ended = subprocess.run(
        command, cwd=folder, env=environment, check=False, text=True, timeout=120,
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
    )  # fmt: skip
    return ended.stdout
