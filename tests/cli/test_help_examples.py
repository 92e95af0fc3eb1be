"""The example at the end of every command's help works as it is printed, typed in a shell in an ordinary repository."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest
from cli_runs import BROKEN, LIMIT, USERS, dcr, environment, git, repository

from dcr.cli.app import COMMANDS

if TYPE_CHECKING:
    from pathlib import Path

CARD = {"buyer": {"name": "growth-platform", "contact": "#growth"}, "decision_maker": "head of growth"}
CONSUMER = "consumer: finance.revenue\nowners: [{team: finance}]\nuses: [{dataset: users.daily_active}]\n"
ISSUES = {"check"}
"""Commands whose example finds the break that the branch makes."""
SHOWS = {
    "check": "field_removed",
    "lint": "no issues",
    "datasets": "orders",
    "log": "1.0.0",
    "show": "daily_active",
    "blame": "plan",
    "diff": "Added (MINOR)",
    "audit": "no errors",
    "bump": '+version: "2.0.0"',
    "deprecate": "contracts/users.yaml",
    "archive": "+status: archived",
    "accept": "dcr.accepted.yaml",
    "owners": "contracts/users.yaml",
    "explain": "Why it breaks",
    "git-diff-driver": "field plan: string",
    "consumers": "finance.revenue",
    "impact": "reaches no declared consumer",
    "demo": "exit code 1",
    "token": "tokens.jsonl",
}
"""A piece of what the example prints, on either stream, where this test knows the command."""


@pytest.fixture
def ordinary(tmp_path: Path) -> Path:
    """A clone whose main has two releases of one dataset and a deprecated other, and whose branch breaks the first."""
    first = USERS.replace("  - {name: ltv, type: number, required: false}\n", "")
    folder = repository(tmp_path / "repository", users=first, orders=USERS.replace("users.daily_active", "shop.orders"))
    consumer = folder / "consumers/finance.yaml"
    consumer.parent.mkdir()
    consumer.write_text(CONSUMER, "utf-8")
    git(folder, "tag", "v1.0")
    git(folder, "tag", "v1.0.0")
    (folder / "contracts/users.yaml").write_text(USERS.replace('"1.0.0"', '"1.1.0"'), "utf-8")
    deprecated = "status: deprecated\ndeprecation_uri: https://example.com/orders"
    orders = folder / "contracts/orders.yaml"
    orders.write_text(orders.read_text("utf-8").replace("status: active", deprecated), "utf-8")
    git(folder, "commit", "--quiet", "--all", "--message=the second release")
    git(folder, "update-ref", "refs/remotes/origin/main", "main")
    git(folder, "switch", "--quiet", "--create", "change")
    (folder / "contracts/users.yaml").write_text(BROKEN.replace('"2.0.0"', '"1.1.0"'), "utf-8")
    (folder / "card.json").write_text(json.dumps(CARD), "utf-8")
    return folder


def example_of(folder: Path, command: str) -> str:
    return dcr(folder, command, "--help").out.rstrip("\n").rpartition("Example: ")[2]


@pytest.mark.parametrize("command", [each for each in COMMANDS if each not in ("serve", "fleet")])  # they have folders
def test_the_example_of_a_command_works_as_it_is_printed(ordinary: Path, tmp_path: Path, command: str) -> None:
    programs = tmp_path / "programs"
    programs.mkdir()
    (programs / "dcr").write_text(f'#!/bin/sh\nexec "{sys.executable}" -m dcr "$@"\n', "utf-8")
    (programs / "dcr").chmod(0o755)
    variables = environment(tmp_path)
    ids = git(ordinary, "rev-parse", "v1.0", "main").split()
    pushed = f"{' '.join(ids)} refs/heads/main\n"  # what git tells a pre-receive hook; the others read nothing
    ended = subprocess.run(
        ["bash", "-c", example_of(ordinary, command)],
        cwd=ordinary,
        env={**variables, "PATH": f"{programs}:{variables['PATH']}"},
        input=pushed,
        capture_output=True,
        text=True,
        timeout=LIMIT,
        check=False,
    )
    assert ended.returncode == (1 if command in ISSUES else 0), ended
    said = ended.stdout + ended.stderr
    assert SHOWS.get(command, "") in said
    assert said or "> " in example_of(ordinary, command)


def test_every_example_fits_on_one_line_of_a_terminal(tmp_path: Path) -> None:
    for command in COMMANDS:
        assert len(f"  Example: {example_of(tmp_path, command)}") <= 80


def test_every_line_of_every_help_fits_a_terminal(tmp_path: Path) -> None:
    for command in ("", *COMMANDS):
        lines = dcr(tmp_path, *filter(None, [command]), "--help").out.split("\n")
        assert max(map(len, lines)) <= 80, command
