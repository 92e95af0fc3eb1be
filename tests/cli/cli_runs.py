"""Runs the real command in a real process, in an environment that holds nothing of the machine it runs on."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from pathlib import Path

DCR = [sys.executable, "-m", "dcr"]
LIMIT = 60
"""Seconds after which a run counts as hung."""

USERS = """\
dataset_id: users.daily_active
version: "1.0.0"
status: active
primary_key: [user_id]
owners:
  - {team: growth, contact: "#growth"}
fields:
  - {name: user_id, type: string}
  - {name: plan, type: string, enum: [free, pro]}
  - {name: ltv, type: number, required: false}
"""
COMPATIBLE = USERS.replace("1.0.0", "1.1.0") + "  - {name: source, type: string, required: false}\n"
BROKEN = USERS.replace("1.0.0", "2.0.0").replace("  - {name: ltv, type: number, required: false}\n", "")
WARNED = USERS.replace("status: active", "status: draft")
LTV_LINE = "contracts/users.yaml:7:1: error: field 'ltv' was removed [field_removed]\n"


class Run(NamedTuple):
    """How a process ended, and what it said."""

    code: int
    out: str
    err: str


def environment(home: Path, **variables: str) -> dict[str, str]:
    """What a process needs to start, and nothing else of this machine: no CI, no git settings, no terminal."""
    kept = {name: os.environ[name] for name in ("PATH", "PYTHONPATH") if name in os.environ}
    return {**kept, "HOME": str(home), "GIT_CONFIG_NOSYSTEM": "1", "LC_ALL": "C.UTF-8", "TERM": "xterm", **variables}


def dcr(folder: Path, *arguments: str, **variables: str) -> Run:
    """Run the command in a folder."""
    ended = subprocess.run(
        [*DCR, *arguments],
        cwd=folder,
        env=environment(folder, **variables),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        timeout=LIMIT,
        check=False,
    )
    out, err = (each.decode("utf-8", "surrogateescape") for each in (ended.stdout, ended.stderr))
    return Run(ended.returncode, out, err)


def git(folder: Path, *arguments: str) -> str:
    """Run git in a folder as somebody without settings."""
    who = ("-c", "user.name=somebody", "-c", "user.email=somebody@example.com")
    ended = subprocess.run(
        ["git", *who, *arguments], cwd=folder, env=environment(folder), capture_output=True, check=True, timeout=LIMIT
    )
    return ended.stdout.decode()


def repository(folder: Path, **contracts: str) -> Path:
    """Make a repository with some contracts committed on main; `users="…"` is `contracts/users.yaml`."""
    folder.mkdir(exist_ok=True)
    git(folder, "init", "--quiet", "--initial-branch=main")
    (folder / "contracts").mkdir()
    for name, text in contracts.items():
        (folder / "contracts" / f"{name}.yaml").write_text(text, "utf-8")
    git(folder, "add", "--all")
    git(folder, "commit", "--quiet", "--message=contracts")
    return folder
