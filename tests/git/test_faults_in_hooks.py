"""A gate whose git fails at its N-th call, for every N, never lets a push through that it would refuse otherwise."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest
from repositories import USERS, Repository, breaking, contract
from test_faults import SHIM

if TYPE_CHECKING:
    from pathlib import Path

FAULTS = ("fails", "says nothing", "says something else", "ends with one", "loses its output", "loses its last line")
NONE = "0" * 40


def published(root: Path, *, head: str = "main", to: str = "main") -> tuple[Repository, str]:
    """A branch of a bare repository and a commit that breaks it, as git tells a hook of it."""
    server, old, new = broken_server(root)
    server.git("symbolic-ref", "HEAD", f"refs/heads/{head}")
    return server, f"{old if to == 'main' else NONE} {new} refs/heads/{to}\n"


def of_main(root: Path) -> tuple[Repository, str]:
    return published(root)


def of_a_new_branch(root: Path) -> tuple[Repository, str]:
    return published(root, to="feature")


def of_a_new_branch_beside_no_default_branch(root: Path) -> tuple[Repository, str]:
    return published(root, head="trunk", to="feature")


def of_a_branch_beside_no_default_branch(root: Path) -> tuple[Repository, str]:
    return published(root, head="trunk")


def into_an_empty_repository(root: Path) -> tuple[Repository, str]:
    server, _, new = broken_server(root)
    server.git("update-ref", "refs/other/kept", new)
    server.git("update-ref", "-d", "refs/heads/main")
    return server, f"{NONE} {new} refs/heads/main\n"


def broken_server(root: Path) -> tuple[Repository, str, str]:
    made = Repository(root)
    old = made.commit({USERS: contract()})
    made.branch()
    odd = "dataset_id: users.odd\nversion: one\nfields: []\n"
    new = made.commit({USERS: breaking("2.0.0"), "contracts/odd.yaml": odd})
    made.git("clone", "-q", "--bare", "--template=", str(made.folder), "server.git", cwd=root)
    server = Repository(root, "server.git", init=None)
    server.git("update-ref", "-d", "refs/heads/feature")
    return server, old, new


def run(server: Repository, given: str, **more: str) -> subprocess.CompletedProcess[str]:
    path = f"{server.root / 'shim'}{os.pathsep}{os.environ['PATH']}"
    return subprocess.run(
        [sys.executable, "-P", "-m", "dcr", "hook", "pre-receive"],
        cwd=server.folder,
        env={**server.environment(**more), "PATH": path},
        input=given,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


MOST_TELLING = ("says nothing", "loses its output")


@pytest.mark.parametrize(
    ("scenario", "fault"),
    [
        *((of_a_new_branch_beside_no_default_branch, fault) for fault in FAULTS),
        *(
            (scenario, fault)
            for scenario in (of_main, of_a_new_branch, of_a_branch_beside_no_default_branch, into_an_empty_repository)
            for fault in MOST_TELLING
        ),
    ],
)
def test_a_push_that_is_refused_stays_refused(tmp_path: Path, scenario, fault: str) -> None:
    server, given = scenario(tmp_path)
    shim = tmp_path / "shim"
    shim.mkdir()
    (shim / "git").write_text(SHIM.format(folder=shim, git=shutil.which("git")))
    (shim / "git").chmod(0o755)
    calls = truth = None
    number = 0
    while calls is None or number <= calls:
        (shim / "count").write_text("0\n")
        ended = run(server, given, FAULT_AT=str(number), FAULT=fault)
        assert "Traceback" not in ended.stderr
        if truth is None:
            calls, truth = int((shim / "count").read_text()), ended
            assert ended.returncode in (1, 2), ended
            assert calls > 4
        assert ended.returncode in (truth.returncode, 2), (number, ended)
        number += 1
