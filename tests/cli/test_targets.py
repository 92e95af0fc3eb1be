"""Several reports of one run: which format goes where, and what a CI's log gets without being asked."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from cli_runs import LTV_LINE, dcr

if TYPE_CHECKING:
    from pathlib import Path

GITHUB = {"CI": "true", "GITHUB_ACTIONS": "true"}
ANNOTATION = "::error file=contracts/users.yaml,line=7,col=1,title=field_removed::"


def test_each_format_with_a_file_is_written_there_and_one_goes_to_stdout(broken: Path) -> None:
    run = dcr(broken, "check", "--format", "json:report.json", "--format", "text", "--format", "table:report.txt")
    assert (run.code, run.out) == (1, LTV_LINE)
    assert json.loads((broken / "report.json").read_text("utf-8"))["summary"]["errors"] == 1
    assert (broken / "report.txt").read_text("utf-8").startswith("✗ users.daily_active")
    assert run.err.startswith("dcr: 1 error, 0 warnings;")


def test_outputs_belong_to_the_formats_without_a_file_in_order(broken: Path) -> None:
    arguments = ["-f", "text", "-o", "a.txt", "-f", "table:b.txt", "-f", "json", "-o", "c.json"]
    run = dcr(broken, "check", *arguments)
    assert (run.code, run.out) == (1, "")
    assert (broken / "a.txt").read_text("utf-8") == LTV_LINE
    assert json.loads((broken / "c.json").read_text("utf-8"))["compatible"] is False


def test_lint_writes_several_reports_too(broken: Path) -> None:
    run = dcr(broken, "lint", "--format", "text", "--format", "json:report.json")
    assert (run.code, run.out, run.err) == (0, "", "dcr: no issues; 1 contract (format native)\n")
    assert json.loads((broken / "report.json").read_text("utf-8"))["compatible"] is True


@pytest.mark.parametrize(
    ("arguments", "message", "hint"),
    [
        (
            "-f table -f json",
            "table and json would both be written to stdout",
            "write one to a file: --format json:FILE",
        ),
        ("-f github -f github", "github and github would both be written to stdout", ""),
        ("-f text:a -f json:./a", "two reports would be written to", "name a different file for each"),
        ("-f table -f json -o a", "--output names 1 file for 2 formats without a file", "--format table:a"),
        ("-f table:a -o b", "--output names 1 file for 0 formats without a file", "--format table:b"),
        ("-o a -o b", "--output names 2 files for 1 format without a file", "--format text:a"),
        ("-f json:", "the file name of a report is empty", "--format sarif:dcr.sarif"),
        ("-f jsn:a", "unknown format 'jsn'", "did you mean 'json'?"),
    ],
)
def test_reports_that_would_get_mixed_are_refused_before_any_work(
    broken: Path, arguments: str, message: str, hint: str
) -> None:
    for command in ("check", "lint"):
        run = dcr(broken, command, *arguments.split())
        assert (run.code, run.out) == (2, "")
        assert message in run.err
        assert hint in run.err
    assert sorted(each.name for each in broken.iterdir() if each.name != ".git") == ["contracts"]


def test_an_output_without_a_name_is_refused(broken: Path) -> None:
    assert dcr(broken, "check", "--output", "").code == 2


def test_in_a_known_ci_its_annotations_stand_below_the_table(broken: Path) -> None:
    run = dcr(broken, "check", "--base", "main", **GITHUB)
    assert run.code == 1
    table, *rest = run.out.partition(ANNOTATION)
    assert table == dcr(broken, "check", "--base", "main", CI="true").out
    assert "".join(rest).count("\n") == 1  # the closing line is there once, above
    assert run.err == ""


def test_in_a_known_ci_a_format_that_was_asked_for_stands_alone(broken: Path) -> None:
    assert dcr(broken, "check", "--base", "main", "--format", "text", **GITHUB).out == LTV_LINE
    assert "::error" not in dcr(broken, "check", "--base", "main", "--format", "table", **GITHUB).out
    run = dcr(broken, "check", "--base", "main", "--format", "github", **GITHUB)
    assert run.out.startswith(ANNOTATION)
    assert run.out.count("dcr: 1 error") == 1


def test_commands_may_be_asked_for_beside_another_report(broken: Path) -> None:
    asked = dcr(broken, "check", "--base", "main", "--format", "github", "--format", "table")
    assert asked.out == dcr(broken, "check", "--base", "main", **GITHUB).out


def test_a_ci_without_commands_gets_the_table_alone(broken: Path) -> None:
    table = dcr(broken, "check", "--base", "main", "--format", "table")
    assert dcr(broken, "check", "--base", "main", CI="true", GITLAB_CI="true") == table


def test_a_report_is_not_written_through_a_link_that_a_change_may_hold(broken: Path) -> None:
    (broken / "precious").write_text("mine", "utf-8")
    (broken / "report.json").symlink_to("precious")
    for arguments in (["--format", "json:report.json"], ["--output", "report.json"]):
        run = dcr(broken, "check", *arguments)
        assert (run.code, run.out) == (2, "")
        assert "'report.json' is a symbolic link" in run.err
    assert (broken / "precious").read_text("utf-8") == "mine"
    assert dcr(broken, "check", "--output", "/dev/stdout").out == LTV_LINE
