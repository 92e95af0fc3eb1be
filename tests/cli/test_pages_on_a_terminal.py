"""Long pages and long runs on a real terminal: the pager, its refusals, and word of what is going on."""

from __future__ import annotations

import json
import os
import re
from typing import TYPE_CHECKING

import pytest
from cli_runs import USERS, git, repository
from terminals import on_terminal

if TYPE_CHECKING:
    from pathlib import Path

MANY = 30
SGR = re.compile("\x1b\\[[0-9;]*m")


@pytest.fixture
def many(tmp_path: Path) -> Path:
    """A repository with more datasets than the terminals of these tests have lines."""
    texts = {f"set_{number:02}": USERS.replace("users.daily", f"set_{number:02}") for number in range(MANY)}
    return repository(tmp_path / "repository", **texts)


@pytest.fixture
def pager(tmp_path: Path) -> Path:
    """A pager that keeps what it was given in `paged`, beside itself."""
    program = tmp_path / "pager"
    program.write_text('#!/bin/sh\ncat > "$(dirname "$0")/paged"\n')
    program.chmod(0o755)
    return program


def paged(pager: Path) -> str | None:
    there = pager.with_name("paged")
    return there.read_text("utf-8") if there.exists() else None


@pytest.mark.parametrize("command", ["datasets", "log", "show set_03_active", "diff main~0 set_03_active"])
def test_a_page_that_is_longer_than_the_terminal_goes_through_the_pager(many: Path, pager: Path, command: str) -> None:
    (many / "contracts/set_03.yaml").write_text(USERS.replace("users.daily", "set_03").replace("ltv", "value"))
    rows = 24 if command in ("datasets", "log") else 2
    code, seen = on_terminal(many, *command.split(), rows=rows, PAGER=str(pager), DCR_CACHE="off")
    assert (code, seen) == (0, "")
    found = paged(pager)
    assert found is not None
    assert "set_03_active" in SGR.sub("", found)
    assert "\x1b[1m" in found or "\x1b[36m" in found


def test_a_page_that_fits_is_printed(many: Path, pager: Path) -> None:
    code, seen = on_terminal(many, "datasets", rows=MANY + 4, PAGER=str(pager), DCR_CACHE="off")
    assert code == 0
    assert f"{MANY} datasets\n" in seen
    assert paged(pager) is None


@pytest.mark.parametrize(
    ("arguments", "variables"),
    [
        (("--no-pager",), {}),
        (("--format", "json"), {}),
        ((), {"PAGER": ""}),
        ((), {"PAGER": "cat"}),
        ((), {"PAGER": "/nowhere/to/be/found"}),
        ((), {"PAGER": "'"}),
        ((), {"TERM": "dumb"}),
    ],
)
def test_a_page_is_printed_where_no_pager_is_wanted_or_none_can_be_run(
    many: Path, pager: Path, arguments: tuple[str, ...], variables: dict[str, str]
) -> None:
    code, seen = on_terminal(
        many, "datasets", *arguments, rows=10, **{"PAGER": str(pager), "DCR_CACHE": "off", **variables}
    )
    assert code == 0
    assert sum(f"set_{number:02}_active" in seen for number in range(MANY)) == MANY
    assert paged(pager) is None
    if "json" in arguments:
        assert len(json.loads(seen)["datasets"]) == MANY


def test_a_pager_that_is_left_early_changes_no_exit_code(many: Path) -> None:
    for number in range(MANY):
        path = many / f"contracts/set_{number:02}.yaml"
        path.write_text(path.read_text().replace("  - {name: ltv, type: number, required: false}\n", ""))
    git(many, "commit", "-qam", "broken")
    code, seen = on_terminal(many, "audit", "--ref", "main", rows=10, PAGER="head -n 1", DCR_CACHE="off")
    assert code == 1
    assert len(seen.splitlines()) == 1


def test_a_long_walk_says_what_it_is_busy_with_and_takes_it_away_again(many: Path, tmp_path: Path) -> None:
    gate = tmp_path / "gate"
    os.mkfifo(gate)
    (tmp_path / "bin").mkdir()
    shim = tmp_path / "bin/git"
    shim.write_text(f"""#!/bin/sh
PATH=${{PATH#*:}}
case " $* " in *" log "*) read -r _ < {gate};; esac
exec git "$@"
""")
    shim.chmod(0o755)
    opened: list[bytes] = []

    def let_go(seen: bytes) -> None:
        if "dcr: reading the history…".encode() in seen and not opened:
            opened.append(seen)
            gate.write_text("go on\n")

    path = f"{tmp_path / 'bin'}{os.pathsep}{os.environ['PATH']}"
    code, seen = on_terminal(many, "datasets", "--no-pager", watch=let_go, PATH=path, DCR_CACHE="off")
    assert code == 0
    assert opened == ["\r\x1b[2Kdcr: reading the history…".encode()]
    said, page = seen.rsplit("\r\x1b[2K", 1)
    assert said.startswith("\r\x1b[2Kdcr: reading the history…")
    assert page.endswith(f"{MANY} datasets\n")
