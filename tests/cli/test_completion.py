"""Shell completion, through typer: scripts for every shell, and what they answer."""

from __future__ import annotations

import subprocess
from typing import TYPE_CHECKING

import pytest
from cli_runs import dcr, environment

from dcr.cli.app import COMMANDS
from dcr.compatibility.rules import list_kinds
from dcr.rendering.reports import list_formats

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize(
    ("shell", "held"),
    [
        ("bash", "complete -o default -F _dcr_completion dcr"),
        ("zsh", "#compdef dcr"),
        ("fish", "complete --command dcr"),
        ("powershell", "Register-ArgumentCompleter"),
        ("pwsh", "Register-ArgumentCompleter"),
    ],
)
def test_every_shell_has_a_script(tmp_path: Path, shell: str, held: str) -> None:
    run = dcr(tmp_path, "--show-completion", shell)
    assert (run.code, run.err) == (0, "")
    assert held in run.out
    assert "_DCR_COMPLETE" in run.out


def test_a_shell_without_a_script_is_named(tmp_path: Path) -> None:
    run = dcr(tmp_path, "--show-completion", "tcsh")
    assert (run.code, run.out) == (2, "")
    assert "'tcsh' is not one of 'bash', 'zsh', 'fish'" in run.err


def test_completion_is_installed_where_the_shell_looks(tmp_path: Path) -> None:
    run = dcr(tmp_path, "--install-completion", "bash")
    assert run.code == 0
    assert "completion installed in" in run.out
    script = tmp_path / ".bash_completions" / "dcr.sh"
    assert f"source '{script}'" in (tmp_path / ".bashrc").read_text("utf-8")
    subprocess.run(["bash", "-n", script], check=True, env=environment(tmp_path))


def completed(folder: Path, line: str) -> list[str]:
    run = dcr(folder, COMP_WORDS=line, COMP_CWORD=str(len(line.split(" ")) - 1), _DCR_COMPLETE="complete_bash")
    assert (run.code, run.err) == (0, "")
    return run.out.split()


@pytest.mark.parametrize(
    ("line", "answers"),
    [
        ("dcr ", list(COMMANDS)),
        ("dcr l", ["lint", "log"]),
        ("dcr x", []),
        ("dcr --v", ["--version"]),
        ("dcr check --st", ["--staged", "--statistics"]),
        ("dcr check --p", ["--policy-from"]),
        ("dcr check --format ", [*list_formats()]),
        ("dcr lint -f t", ["table", "text"]),
        ("dcr check --mode f", ["forward", "full", "forward_transitive", "full_transitive"]),
        ("dcr check --fail-on ", ["error", "warning", "never"]),
        ("dcr check --policy-from w", ["worktree"]),
        ("dcr check --color a", ["auto", "always"]),
        ("dcr explain ", list(list_kinds())),
        ("dcr explain owner", [kind for kind in list_kinds() if kind.startswith("owner")]),
        ("dcr schema ", ["contract", "consumer", "policy", "acceptances", "report"]),
    ],
)
def test_bash_is_answered(tmp_path: Path, line: str, answers: list[str]) -> None:
    assert completed(tmp_path, line) == answers


@pytest.mark.parametrize("command", COMMANDS)
def test_every_option_is_completed(tmp_path: Path, command: str) -> None:
    options = completed(tmp_path, f"dcr {command} --")
    shown = dcr(tmp_path, command, "--help").out
    assert "--help" in options
    assert all(option in shown for option in options)
    assert len(options) == shown.count("  --") + shown.count(", --")


def test_zsh_is_answered_with_one_line_for_each_command(tmp_path: Path) -> None:
    run = dcr(tmp_path, _TYPER_COMPLETE_ARGS="dcr ", _DCR_COMPLETE="complete_zsh")
    assert (run.code, run.err) == (0, "")
    assert '"check":"Find breaking changes in contracts, compared with the base."' in run.out
    assert len(run.out.splitlines()) == len(COMMANDS)
