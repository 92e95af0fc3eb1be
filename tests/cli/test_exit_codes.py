"""The four exit codes, where output goes, and runs that are cut short."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest
from cli_runs import BROKEN, COMPATIBLE, DCR, LIMIT, LTV_LINE, USERS, WARNED, Run, dcr, environment, git

from dcr.version import __version__

if TYPE_CHECKING:
    from pathlib import Path

COMPATIBLE_LINE = (
    "dcr: compatible; {changed} of 1 contract changed (format native); compared with main, merge base {commit}\n"
)


def commit(folder: Path) -> str:
    return git(folder, "rev-parse", "HEAD")[:10]


def test_nothing_changed_is_0(unchanged: Path) -> None:
    closing = COMPATIBLE_LINE.format(changed=0, commit=commit(unchanged))
    assert dcr(unchanged, "check") == Run(0, "", closing)
    assert dcr(unchanged, "lint") == Run(0, "", "dcr: no issues; 1 contract (format native)\n")


def test_a_compatible_change_is_0(unchanged: Path) -> None:
    (unchanged / "contracts/users.yaml").write_text(COMPATIBLE, "utf-8")
    assert dcr(unchanged, "check") == Run(0, "", COMPATIBLE_LINE.format(changed=1, commit=commit(unchanged)))


def test_a_break_is_1_with_the_issue_on_stdout_and_the_rest_on_stderr(broken: Path) -> None:
    closing = (
        "dcr: 1 error, 0 warnings; 1 of 1 contract changed (format native); "
        f"compared with main, merge base {commit(broken)}\n"
    )
    assert dcr(broken, "check") == Run(1, LTV_LINE, closing)


def test_an_invalid_contract_is_1_for_check_and_lint(unchanged: Path) -> None:
    (unchanged / "contracts/users.yaml").write_text("dataset_id: users.daily_active\n", "utf-8")
    for command in ("check", "lint"):
        run = dcr(unchanged, command)
        assert run.code == 1
        assert run.out == (
            "contracts/users.yaml:1:1: error: version is missing [contract_invalid]\n"
            "contracts/users.yaml:1:1: error: fields is missing [contract_invalid]\n"
        )


@pytest.mark.parametrize(
    ("text", "fail_on", "code"),
    [
        (BROKEN, "error", 1),
        (BROKEN, "warning", 1),
        (BROKEN, "never", 0),
        (WARNED, "error", 0),
        (WARNED, "warning", 1),
        (WARNED, "never", 0),
        (COMPATIBLE, "warning", 0),
    ],
)
def test_fail_on_says_what_ends_with_1(unchanged: Path, text: str, fail_on: str, code: int) -> None:
    (unchanged / "contracts/users.yaml").write_text(text, "utf-8")
    assert dcr(unchanged, "check", "--fail-on", fail_on).code == code


def test_a_change_of_severity_decides_the_exit_code(unchanged: Path) -> None:
    (unchanged / "dcr.toml").write_text('[severity]\nfield_removed = "warning"\n', "utf-8")
    git(unchanged, "add", "--all")
    git(unchanged, "commit", "--quiet", "--message=policy")
    (unchanged / "contracts/users.yaml").write_text(BROKEN, "utf-8")
    run = dcr(unchanged, "check")
    assert (run.code, run.out) == (0, LTV_LINE.replace("error", "warning"))
    assert run.err.endswith("; policy dcr.toml\n")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["check", "--base", "nowhere"], "ref 'nowhere' does not exist"),
        (["check", "--head", "nowhere"], "ref 'nowhere' does not exist"),
        (["check", "no/such/folder"], "'no/such/folder' does not exist, neither now nor at the base"),
        (["check", ".."], "'..' is outside the repository"),
        (["lint", "no/such/folder"], "'no/such/folder' does not exist"),
        (["lint", ".."], "'..' is outside the repository"),
    ],
)
def test_what_cannot_be_checked_is_2_and_says_so(unchanged: Path, arguments: list[str], message: str) -> None:
    run = dcr(unchanged, *arguments)
    assert (run.code, run.out) == (2, "")
    assert run.err.splitlines()[0] == f"dcr: error: {message} (nothing was checked)"
    assert run.err.splitlines()[1].startswith("  help: ")


def test_outside_a_repository_is_2_for_check(tmp_path: Path) -> None:
    run = dcr(tmp_path, "check")
    assert (run.code, run.out) == (2, "")
    assert "is not in a git repository" in run.err


def test_a_policy_that_is_not_understood_is_2(unchanged: Path) -> None:
    (unchanged / "dcr.toml").write_text('mod = "full"\n', "utf-8")
    for command in ("check", "lint"):
        run = dcr(unchanged, command)
        assert (run.code, run.out) == (2, "")
        assert run.err == (
            "dcr: error: 'dcr.toml': unknown setting 'mod' (nothing was checked)\n  help: did you mean 'mode'?\n"
        )


def test_no_contract_is_said_and_is_2_when_some_are_required(unchanged: Path) -> None:
    git(unchanged, "rm", "--quiet", "-r", "contracts")
    git(unchanged, "commit", "--quiet", "--message=removed")
    run = dcr(unchanged, "check")
    assert (run.code, run.out) == (0, "")
    assert run.err.startswith(
        "dcr: no contract found in 0 files in scope (YAML and JSON); see what a contract is: dcr schema contract; "
    )
    run = dcr(unchanged, "check", "--require-contracts")
    assert (run.code, run.out) == (2, "")
    assert run.err.startswith(
        "dcr: error: no contract found in 0 files in scope (YAML and JSON) (nothing was checked)\n"
        "  help: see what a contract is: "
    )


A_BUG = """
import sys
import dcr.check

def broken(*_):
    raise RuntimeError("cannot happen\\n::error::pwned ##[error] \\x1b[31m")

dcr.check.list_changes = broken
sys.argv = ["dcr", "check"]
from dcr.cli.entry import main
main()
"""


def test_a_bug_is_3_with_a_traceback_and_where_to_report_it(broken: Path) -> None:
    ended = subprocess.run(
        [sys.executable, "-c", A_BUG], cwd=broken, env=environment(broken), capture_output=True, check=False, text=True
    )
    assert (ended.returncode, ended.stdout) == (3, "")
    lines = ended.stderr.splitlines()
    assert lines[0] == "Traceback (most recent call last):"
    assert lines[-4:-2] == ["RuntimeError: cannot happen", ".::error::pwned #\\#[error] \\x1b[31m"]
    assert lines[-2] == f"dcr: error: this is a bug in dcr {__version__} (nothing was checked)"
    assert lines[-1].startswith("  help: report it with the lines above to ")


@pytest.mark.parametrize("arguments", [["explain"], ["schema", "contract"], ["--help"], ["explain", "field_removed"]])
def test_a_reader_that_goes_away_is_neither_a_bug_nor_issues(tmp_path: Path, arguments: list[str]) -> None:
    reading, writing = os.pipe()
    os.close(reading)
    with os.fdopen(writing, "wb") as pipe:
        ended = subprocess.run(
            [*DCR, *arguments], stdout=pipe, stderr=subprocess.PIPE, env=environment(tmp_path), check=False
        )
    assert (ended.returncode, ended.stderr) == (2, b"")


def test_only_the_first_line_can_be_read(tmp_path: Path) -> None:
    piped = f"{sys.executable} -m dcr explain | head -n 1"
    ended = subprocess.run(["bash", "-c", piped], env=environment(tmp_path), capture_output=True, check=True)
    assert ended.stdout.startswith(b"Breaks consumers: ")
    assert ended.stderr == b""


def redirected(folder: Path, arguments: str, redirection: str) -> Run:
    command = f"{sys.executable} -m dcr {arguments} {redirection}"
    ended = subprocess.run(
        ["bash", "-c", command], cwd=folder, env=environment(folder), capture_output=True, check=False, text=True
    )
    return Run(ended.returncode, ended.stdout, ended.stderr)


@pytest.mark.parametrize(
    ("redirection", "out"),
    [
        (">&-", ""),
        ("2>&-", LTV_LINE),
        (">&- 2>&-", ""),
        ("<&-", LTV_LINE),
        ("<&- >&- 2>&-", ""),
        ("2>/dev/full", LTV_LINE),
    ],
)
def test_closed_streams_change_no_exit_code(broken: Path, redirection: str, out: str) -> None:
    run = redirected(broken, "check", redirection)
    assert (run.code, run.out) == (1, out)
    assert "Traceback" not in run.err


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="this system has no device that is always full")
@pytest.mark.parametrize(
    "arguments", ["check", "check --format table", "lint --format github", "explain", "schema", "-h"]
)
def test_a_full_disk_is_said(broken: Path, arguments: str) -> None:
    run = redirected(broken, arguments, ">/dev/full")
    outcome = "nothing was shown" if arguments in ("explain", "schema") else "nothing was checked"
    assert run == Run(
        2,
        "",
        f"dcr: error: cannot write to stdout: no space left on device ({outcome})\n"
        "  help: write to a disk with free space\n",
    )


def test_an_interrupted_run_ends_at_once_and_quietly(broken: Path, tmp_path: Path) -> None:
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:  # of a job in the background, which its programs inherit
        signal.signal(signal.SIGINT, signal.default_int_handler)
    started = tmp_path / "started"
    os.mkfifo(started)
    shim = tmp_path / "bin" / "git"
    shim.parent.mkdir()
    shim.write_text(f"#!/bin/sh\necho > '{started}'\nexec sleep 600\n", "utf-8")
    shim.chmod(0o755)
    slow = environment(broken)
    slow["PATH"] = f"{shim.parent}{os.pathsep}{slow['PATH']}"
    process = subprocess.Popen(
        [*DCR, "check"],
        cwd=broken,
        env=slow,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        start_new_session=True,
    )
    with open(started, encoding="utf-8") as fifo:  # waits until git runs
        fifo.read()
    os.killpg(process.pid, signal.SIGINT)  # as a terminal does
    out, err = process.communicate(timeout=LIMIT)
    assert (process.returncode, out, err) == (130, b"", b"")


def test_both_streams_in_one_log_end_with_the_closing_line(broken: Path) -> None:
    run = redirected(broken, "check", "2>&1")
    assert run.out.splitlines()[0] == LTV_LINE.rstrip("\n")
    assert run.out.splitlines()[1].startswith("dcr: 1 error, ")


def test_it_works_from_any_subfolder(broken: Path) -> None:
    below = broken / "contracts" / "deeper"
    below.mkdir()
    assert dcr(below, "check").out == LTV_LINE
    assert dcr(below, "check", "..").out == LTV_LINE
    assert dcr(below, "check", "../users.yaml").out == LTV_LINE
    assert dcr(below, "check", ".").out == ""
    assert dcr(below, "lint").code == 0


def test_a_file_name_that_begins_with_a_dash_can_be_given(unchanged: Path) -> None:
    (unchanged / "-x.yaml").write_text(USERS.replace("users.daily_active", "x"), "utf-8")
    assert dcr(unchanged, "lint", "--", "-x.yaml") == Run(0, "", "dcr: no issues; 1 contract (format native)\n")
