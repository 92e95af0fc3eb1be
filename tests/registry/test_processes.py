"""Counts the git processes of each command, which must not depend on the length of the history."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

import pytest
from repositories import Repository, contract

if TYPE_CHECKING:
    from pathlib import Path

ID = "a.x"
COMMANDS = {
    "datasets": 1, "log": 1, f"log {ID}": 1, f"show {ID}": 1, f"show {ID}@1.0.0": 1, f"blame {ID}": 1,
    f"diff {ID}@1.0.0 {ID}@1.1.0": 1, "audit": 1, "diff HEAD~1..HEAD": 0, "diff": 0,
}  # fmt: skip
"""Each command and how many walks it takes."""


def grown(root: Path, commits: int) -> Repository:
    """A repository whose datasets change one by one, move now and then, and are merged."""
    (root / str(commits)).mkdir()
    made = Repository(root / str(commits))
    made.commit({f"contracts/{name}.yaml": contract(f"a.{name}") for name in "xyz"})
    for number in range(1, commits):
        made.commit({f"contracts/{'xyz'[number % 3]}.yaml": contract(f"a.{'xyz'[number % 3]}", f"1.{number}.0")})
    made.commit({"contracts/x.yaml": None, "contracts/moved.yaml": contract(ID, "1.1.0")})
    return made


def started(repository: Repository, root: Path, command: str) -> list[str]:
    """Return the git commands that a run starts, by their names."""
    shim, seen = root / "bin/git", root / "seen"
    shim.parent.mkdir(exist_ok=True)
    shim.write_text(f'#!/bin/sh\necho "$*" >> {seen}\nexec {shutil.which("git")} "$@"\n')
    shim.chmod(0o755)
    seen.write_text("")
    outcome = repository.dcr(*command.split(), path=str(shim.parent), DCR_CACHE="off")
    assert outcome.code in (0, 1), outcome
    words = (
        "rev-parse",
        "log --raw",
        "cat-file --batch",
        "ls-tree",
        "rev-list",
        "diff-tree",
        "diff-index",
        "for-each-ref",
    )
    calls = seen.read_text("utf-8").splitlines()
    return [next((word for word in words if f" {word}" in call), call) for call in calls]


@pytest.mark.parametrize("command", COMMANDS)
def test_a_long_history_starts_git_as_often_as_a_short_one(tmp_path: Path, command: str) -> None:
    short, long = (started(grown(tmp_path, commits), tmp_path, command) for commits in (4, 40))
    assert short == long
    assert long.count("log --raw") == COMMANDS[command]
    assert len(long) <= 12
