"""Help, versions, and what is said when the command is typed wrongly."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from cli_runs import Run, dcr, environment

from dcr.cli.app import COMMANDS
from dcr.compatibility.modes import MODES
from dcr.rendering.reports import list_formats
from dcr.version import __version__


@pytest.mark.parametrize("command", COMMANDS)
def test_the_help_of_every_command_ends_with_an_example(tmp_path: Path, command: str) -> None:
    run = dcr(tmp_path, command, "--help")
    assert (run.code, run.err) == (0, "")
    assert run.out.startswith(f"Usage: dcr {command} ")
    assert run.out.splitlines()[-1].startswith(f"  Example: dcr {command} ")
    assert "<str>" not in run.out  # every option names what it takes
    assert dcr(tmp_path, command, "-h") == run


@pytest.mark.parametrize("command", COMMANDS)
def test_every_option_of_the_example_exists(tmp_path: Path, command: str) -> None:
    text = dcr(tmp_path, command, "--help").out
    options, _, example = text.partition("Example: ")
    for option in re.findall(r"--[a-z-]+", example):
        assert f"{option} " in options


def test_the_help_lists_every_command_in_one_line_each(tmp_path: Path) -> None:
    run = dcr(tmp_path, "--help")
    assert (run.code, run.err) == (0, "")
    listed = re.findall(r"^  ([a-z][a-z-]*)  +([A-Z].*\.)$", run.out, re.MULTILINE)
    assert [name for name, _ in listed] == list(COMMANDS)
    assert "..." not in "".join(summary for _, summary in listed)
    assert "Exit codes: 0 no issues at error severity, 1 issues, 2 not checked, 3 a bug\n  in dcr." in run.out
    assert dcr(tmp_path, "-h") == run


def test_no_arguments_show_the_help_and_are_no_success(tmp_path: Path) -> None:
    run = dcr(tmp_path)
    assert run == Run(2, "", dcr(tmp_path, "--help").out)


def test_the_version_is_one_line(tmp_path: Path) -> None:
    assert dcr(tmp_path, "--version") == Run(0, f"dcr {__version__}\n", "")


def test_the_installed_script_is_the_same_command(tmp_path: Path) -> None:
    script = shutil.which("dcr", path=str(Path(sys.executable).parent))
    if script is None:
        pytest.skip("dcr is not installed beside this python")
    ended = subprocess.run([script, "--version"], env=environment(tmp_path), capture_output=True, check=True)
    assert ended.stdout.decode() == f"dcr {__version__}\n"


@pytest.mark.parametrize(
    ("typed", "message", "hint"),
    [
        ("chek", "unknown command 'chek'", "did you mean 'check'?"),
        ("frobnicate", "unknown command 'frobnicate'", f"choose one of: {', '.join(COMMANDS)}"),
        ("--bogus", "unknown option '--bogus'", "dcr --help lists all options"),
        ("-V", "unknown option '-V'", "dcr --help lists all options"),
        ("check --formt text", "unknown option '--formt'", "did you mean '--format'?"),
        ("check --zzz", "unknown option '--zzz'", "dcr check --help lists all options"),
        ("check --base", "option '--base' requires an argument", "see dcr check --help"),
        ("check --staged=1", "option '--staged' does not take a value", "see dcr check --help"),
        ("explain a b", "got unexpected extra argument(s) (b)", "see dcr explain --help"),
        ("check --format jsn", "unknown format 'jsn'", "did you mean 'json'?"),
        ("lint --format summary", "unknown format 'summary'", f"one of: {', '.join(list_formats())}"),
        (
            "check --mode backwrd",
            f"--mode is 'backwrd', expected one of {', '.join(MODES)}",
            "did you mean 'backward'?",
        ),
        ("check --fail-on eror", "--fail-on is 'eror', expected one of error, warning, never", "did you mean 'error'?"),
        ("lint --fail-on x", "--fail-on is 'x', expected one of error, warning, never", ""),
        ("check --policy-from bse", "--policy-from is 'bse', expected one of base, worktree", "did you mean 'base'?"),
        ("check --color purple", "--color is 'purple', expected one of auto, always, never", ""),
        ("demo --color purple", "--color is 'purple', expected one of auto, always, never", ""),
        ("check --staged --head main", "--staged cannot be used with --head", "use one of them"),
        ("explain field_remved", "kind 'field_remved' does not exist", "did you mean 'field_removed'?"),
        ("explain x", "kind 'x' does not exist", "dcr explain lists all kinds"),
        ("schema contrat", "schema 'contrat' does not exist", "did you mean 'contract'?"),
        ("schema x", "schema 'x' does not exist", "choose one of: contract, consumer, policy, acceptances, report"),
    ],
)
def test_what_is_typed_wrongly_is_named_with_what_was_meant(
    tmp_path: Path, typed: str, message: str, hint: str
) -> None:
    outcome = "nothing was shown" if typed.startswith(("explain", "schema")) else "nothing was checked"
    error = f"dcr: error: {message} ({outcome})\n" + (f"  help: {hint}\n" if hint else "")
    assert dcr(tmp_path, *typed.split()) == Run(2, "", error)


@pytest.mark.parametrize("typed", ["::error::x\n::error::y", "##[error]x", "\x1b[31mred", "a\u202eb"])
@pytest.mark.parametrize("before", [[], ["check", "--format"], ["explain"], ["check", "--base"]])
def test_what_is_typed_cannot_speak_for_dcr(unchanged: Path, before: list[str], typed: str) -> None:
    run = dcr(unchanged, *before, typed)
    assert (run.code, run.out) == (2, "")
    assert all(line.isprintable() and not line.strip().startswith("::") for line in run.err.split("\n"))
    assert "##[" not in run.err
