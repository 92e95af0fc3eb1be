"""Jobs as their services run them: the scripts out of a file for a CI, run by the shell that the service uses.

dcr, pip and `python3 -m venv` are small programs that stand for an installed dcr: nothing is downloaded. Everything
else in a script is the real thing.
"""

from __future__ import annotations

import re
import shlex
import subprocess
import sys
from typing import TYPE_CHECKING, Any, NamedTuple

import yaml
from repositories import ROOT

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from repositories import Repository

FILES = ROOT / "docs/ci"
_EXPRESSION = re.compile(r"\$\{\{\s*(.+?)\s*\}\}")
_GITHUB = ("bash", "--noprofile", "--norc", "-eo", "pipefail")


class Step(NamedTuple):
    """One step of a job: its script, the shell it is given to, and whether it runs after one that ended badly."""

    script: str
    shell: tuple[str, ...]
    environment: dict[str, str] = {}  # noqa: RUF012 (never written to)
    always: bool = False
    folder: str = "."


class Ended(NamedTuple):
    """How a job ended: the exit code of the first step that was not 0, and everything that was printed."""

    code: int
    log: str


class Machine:
    """What a job runs on: a clone, an environment, a folder for temporary files, and programs on PATH."""

    def __init__(self, clone: Repository, environment: dict[str, str]) -> None:
        self.clone, self.temp, self.bin = clone, clone.root / "temp", clone.root / "bin"
        self.temp.mkdir()
        self.bin.mkdir()
        install(self.bin)
        self.environment = {
            **clone.environment(),
            **environment,
            "PATH": f"{self.bin}:{clone.environment()['PATH']}",
            "LC_ALL": "C.UTF-8",
        }

    def run(self, steps: Iterable[Step]) -> Ended:
        """Run the steps as a job does: after the first that fails only those that always run."""
        code, log = 0, ""
        for number, step in enumerate(steps):
            if code and not step.always:
                continue
            path = self.temp / f"step-{number}.sh"
            path.write_text(step.script, "utf-8")
            ended = subprocess.run(
                [*step.shell, path], cwd=self.clone.folder / step.folder, env={**self.environment, **step.environment},
                stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False,
                timeout=120,
            )  # fmt: skip
            code, log = code or ended.returncode, log + ended.stdout
        return Ended(code, log)


def install(folder: Path) -> None:
    """Put dcr, pip and python3 into a folder; `python3 -m venv DIRECTORY` puts them into another one."""
    programs = {
        "dcr": f'exec {sys.executable} -P -m dcr "$@"',
        "pip": 'echo "$@" >> "$HOME/pip.txt"',
        "python": f'exec {sys.executable} "$@"',
        "python3": 'if [ "$1 $2" = "-m venv" ]; then mkdir -p "$3/bin" && exec cp "$(dirname "$0")"/* "$3/bin/"; fi\n'
        f'exec {sys.executable} "$@"',
    }
    for name, script in programs.items():
        write_program(folder / name, script)


def write_program(path: Path, script: str) -> None:
    """Write a shell script that can be run."""
    path.write_text(f"#!/bin/sh\n{script}\n", "utf-8")
    path.chmod(0o755)


def installed(clone: Repository) -> str:
    """Return what pip was given."""
    return (clone.home / "pip.txt").read_text("utf-8")


def github(path: Path, context: dict[str, str], *, folder: str = ".") -> list[Step]:
    """Return the scripts of the only job of a workflow, or of a composite action, with expressions worked out.

    `context` holds the value of every expression; one in a script, where it would be run as part of it, is refused.
    """
    document = _load(path)
    (job,) = document["jobs"].values() if "jobs" in document else [document["runs"]]
    steps = []
    for step in job["steps"]:
        if "run" not in step:
            continue
        assert "${{" not in step["run"], "an expression in a script"
        environment = {**job.get("env", {}), **step.get("env", {})}
        steps.append(
            Step(
                step["run"],
                _GITHUB if step.get("shell") == "bash" else ("bash", "-e"),
                {name: expanded(str(value), context) for name, value in environment.items()},
                always="!cancelled()" in str(step.get("if", "")),
                folder=expanded(step.get("working-directory", folder), context),
            )
        )
    return steps


def expanded(text: str, context: dict[str, str]) -> str:
    """Return a text with the values of its expressions in it."""
    return _EXPRESSION.sub(lambda found: context[found[1]], text)


def gitlab(path: Path) -> list[Step]:
    """Return the script of the job, which the runner makes one bash script of."""
    job = _load(path)["contracts"]
    return [Step("\n".join(job["script"]), ("bash", "-eo", "pipefail"), _texts(job["variables"]))]


def azure(path: Path) -> list[Step]:
    """Return the scripts of the pipeline; bash does not stop at the first error there."""
    document = _load(path)
    return [
        Step(
            each["script"], ("bash", "--noprofile", "--norc"), _texts(document["variables"]),
            always=each.get("condition") == "succeededOrFailed()",
        )
        for each in document["steps"]
        if "script" in each
    ]  # fmt: skip


def bitbucket(path: Path) -> list[Step]:
    """Return the script of the step for pull requests."""
    (entry,) = _load(path)["pipelines"]["pull-requests"]["**"]
    return [Step("\n".join(entry["step"]["script"]), ("bash", "-e"))]


def buildkite(path: Path) -> list[Step]:
    """Return the commands of the step, joined as the agent joins them, with dollars as the upload leaves them."""
    (step,) = _load(path)["steps"]
    script = "\n".join(step["commands"])
    assert not re.search(r"(?<!\$)\$(?!\$)", script), "the upload would fill in a variable"
    return [Step(script.replace("$$", "$"), ("bash", "-e"), step["env"])]


def circleci(path: Path) -> list[Step]:
    """Return the scripts of the job, with the parameters' defaults filled in."""
    document = _load(path)
    job = document["jobs"]["contracts"]
    target = document["parameters"]["target"]["default"]
    environment = {
        name: value.replace("<< pipeline.parameters.target >>", target) for name, value in job["environment"].items()
    }
    scripts = [each["run"] for each in job["steps"] if "run" in each]
    return [Step(each, ("bash", "-eo", "pipefail"), environment) for each in scripts]


def jenkins(path: Path) -> list[Step]:
    """Return the one script of a Jenkinsfile, which single quotes keep Groovy from changing."""
    text = path.read_text("utf-8")
    (script,) = re.findall(r"\bsh '''(.*?)'''", text, flags=re.DOTALL)
    environment = dict(re.findall(r"^ +(\w+) = '([^']+)'$", text, flags=re.MULTILINE))
    assert set(environment) == {"DCR"}
    return [Step(script, ("sh", "-xe"), environment)]


def words(text: str) -> list[str]:
    """Return a command line's words."""
    return shlex.split(text)


def _texts(values: dict[str, Any]) -> dict[str, str]:
    return {name: str(value) for name, value in values.items()}


def _load(path: Path) -> dict[str, Any]:
    document: dict[str, Any] = yaml.safe_load(path.read_text("utf-8"))
    return document
