"""What a person sees: a real pseudo-terminal, its width and colours, and the variables that change them."""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING

import pytest
from cli_runs import BROKEN, LTV_LINE, USERS, dcr, repository
from terminals import on_terminal

from dcr.rendering.reports import list_formats

if TYPE_CHECKING:
    from pathlib import Path

SGR = re.compile("\x1b\\[[0-9;]*m")


def test_a_terminal_gets_a_table_in_colours(broken: Path) -> None:
    code, seen = on_terminal(broken, "check")
    assert code == 1
    assert "\x1b[1;31m✗\x1b[0m \x1b[1musers.daily_active\x1b[0m" in seen
    assert "\x1b[32mhelp: keep it with 'deprecated: true'" in seen
    assert SGR.sub("", seen).startswith(
        "✗ users.daily_active  1.0.0 → 2.0.0  (mode backward)  needs a MAJOR bump, has MAJOR\n"
    )
    assert all(each.isprintable() for each in SGR.sub("", seen).split("\n"))


def test_a_terminal_sees_no_progress_of_a_fast_run(unchanged: Path) -> None:
    code, seen = on_terminal(unchanged, "check")
    assert code == 0
    assert re.fullmatch(
        r"compatible · 0 of 1 contract changed \(format native\) · compared with main, merge base [0-9a-f]{10}\n", seen
    )


@pytest.mark.parametrize("columns", [40, 80, 200])
def test_a_table_is_as_wide_as_the_terminal(broken: Path, columns: int) -> None:
    _, seen = on_terminal(broken, "check", columns=columns)
    widest = max(len(line) for line in SGR.sub("", seen).split("\n"))
    assert columns // 2 < widest <= columns


@pytest.mark.parametrize(
    ("variables", "arguments", "colored"),
    [
        ({}, (), True),
        ({"NO_COLOR": "1"}, (), False),
        ({"NO_COLOR": ""}, (), True),
        ({"NO_COLOR": "1", "FORCE_COLOR": "1"}, (), False),
        ({"TERM": "dumb"}, (), False),
        ({"TERM": "dumb", "FORCE_COLOR": "1"}, (), True),
        ({"NO_COLOR": "1"}, ("--color", "always"), True),
        ({}, ("--color", "never"), False),
        ({"FORCE_COLOR": "1"}, ("--color", "never"), False),
    ],
)
def test_what_decides_about_colours_on_a_terminal(
    broken: Path, variables: dict[str, str], arguments: tuple[str, ...], colored: bool
) -> None:
    _, seen = on_terminal(broken, "check", *arguments, **variables)
    assert ("\x1b[" in seen) is colored
    assert "field 'ltv' was removed" in seen


@pytest.mark.parametrize(
    ("variables", "arguments", "colored"),
    [
        ({}, (), False),
        ({"FORCE_COLOR": "1"}, (), True),
        ({"FORCE_COLOR": ""}, (), False),
        ({"FORCE_COLOR": "1", "NO_COLOR": "1"}, (), False),
        ({}, ("--color", "always"), True),
        ({"FORCE_COLOR": "1"}, ("--color", "never"), False),
    ],
)
def test_what_decides_about_colours_in_a_pipe(
    broken: Path, variables: dict[str, str], arguments: tuple[str, ...], colored: bool
) -> None:
    run = dcr(broken, "check", "--format", "table", *arguments, **variables)
    assert ("\x1b[" in run.out) is colored
    assert "\x1b" not in run.err


@pytest.mark.parametrize("variables", [{}, {"CI": "true"}, {"PRE_COMMIT": "1"}])
def test_a_pipe_gets_lines_and_a_log_that_people_read_a_plain_table(broken: Path, variables: dict[str, str]) -> None:
    run = dcr(broken, "check", **variables)
    if not variables:
        assert run.out == LTV_LINE
        return
    assert run.out.startswith("✗ users.daily_active  1.0.0 → 2.0.0")
    assert run.out.endswith("\n")
    assert run.err == ""  # the table's own last line is the closing one


def test_columns_count_where_there_is_no_terminal(broken: Path) -> None:
    usual = dcr(broken, "check", "--format", "table").out
    assert max(map(len, usual.split("\n"))) <= 100
    narrow = dcr(broken, "check", "--format", "table", COLUMNS="44").out
    assert max(map(len, narrow.split("\n"))) <= 44
    for nonsense in ("", "0", "-5", "many"):
        assert dcr(broken, "check", "--format", "table", COLUMNS=nonsense).out == usual
    for extreme in ("1", "7"):
        assert max(map(len, dcr(broken, "check", "--format", "table", COLUMNS=extreme).out.split("\n"))) <= 40
    assert max(map(len, dcr(broken, "check", "--format", "table", COLUMNS="999999999").out.split("\n"))) <= 400


@pytest.mark.parametrize(
    "variables",
    [{"LC_ALL": "C", "PYTHONIOENCODING": "ascii"}, {"LC_ALL": "C", "PYTHONIOENCODING": "ascii:strict"}],
)
@pytest.mark.parametrize("format_name", list_formats())
def test_no_encoding_refuses_what_is_to_be_said(tmp_path: Path, variables: dict[str, str], format_name: str) -> None:
    folder = repository(
        tmp_path / "r", ümläut=USERS.replace("ltv", "größe_漢").replace("number, ", "number, minimum: 1, ")
    )
    (folder / "contracts/ümläut.yaml").write_text(BROKEN.replace("2.0.0", "1.0.1"), "utf-8")
    run = dcr(folder, "check", "--format", format_name, **variables)
    assert run.code == 1
    assert run.out.isascii()
    assert run.err.isascii()
    ways = ("gr\\xf6\\xdfe_\\u6f22", "gr\\u00f6\\u00dfe_\\u6f22", "gr&#246;&#223;e_&#28450;")
    assert any(each in run.out for each in ways)
    assert dcr(folder, "explain", "owner_missing", **variables).code == 0


def test_latin_1_terminals_get_what_they_can_show(tmp_path: Path) -> None:
    folder = repository(tmp_path / "r", users=USERS.replace("ltv", "größe_漢"))
    (folder / "contracts/users.yaml").write_text(BROKEN, "utf-8")
    run = dcr(folder, "check", PYTHONIOENCODING="latin-1")
    assert run.out == LTV_LINE.replace("ltv", "gr\udcf6\udcdfe_\\u6f22")


def test_names_that_are_not_utf_8_are_shown_and_checked(tmp_path: Path) -> None:
    folder = repository(tmp_path / "r", users=USERS)
    odd = os.fsencode(folder / "contracts") + b"/caf\xe9.yaml"
    with open(odd, "wb") as file:
        file.write(USERS.replace("users.daily_active", "café").replace("type: number", "type: numbr").encode())
    for format_name, shown in (
        ("text", "contracts/caf\\xe9.yaml:10:17: error"),
        ("github", "::error file=contracts/caf\\xe9.yaml,line=10,"),
        ("json", '"path": "contracts/caf\\udce9.yaml"'),
        ("table", "contracts/caf\\xe9.yaml:10"),
        ("azure", "sourcepath=contracts/caf\\xe9.yaml;linenumber=10;"),
        ("gitlab", '"path": "contracts/caf\\\\xe9.yaml"'),
        ("sarif", '"uri": "contracts/caf%E9.yaml"'),
        ("junit", "at contracts/caf\\xe9.yaml:10:17"),
        ("markdown", "`contracts/caf\\xe9.yaml`"),
    ):
        run = dcr(folder, "check", "--format", format_name)
        assert run.code == 1
        assert shown in run.out


def test_a_report_goes_into_a_file(broken: Path) -> None:
    run = dcr(broken, "check", "--output", "report.txt", FORCE_COLOR="1", CI="1")
    assert (run.code, run.out) == (1, "")
    assert run.err.startswith("dcr: 1 error, 0 warnings; ")
    assert (broken / "report.txt").read_text("utf-8") == LTV_LINE
    run = dcr(broken, "check", "-o", "report.txt", "--format", "table", FORCE_COLOR="1")
    written = (broken / "report.txt").read_text("utf-8")
    assert written.startswith("✗ users.daily_active")
    assert "\x1b" not in written
    dcr(broken, "check", "-o", "report.txt", "--format", "table", "--color", "always")
    assert "\x1b[1;31m" in (broken / "report.txt").read_text("utf-8")


@pytest.mark.parametrize(
    ("path", "reason"),
    [(".", "is a directory"), ("no/such/folder/x", "no such file or directory")],
)
def test_a_file_that_cannot_be_written_is_2(broken: Path, path: str, reason: str) -> None:
    for command in ("check", "lint"):
        run = dcr(broken, command, "--output", path)
        assert (run.code, run.out) == (2, "")
        assert run.err == (
            f"dcr: error: cannot write '{path}': {reason} (nothing was checked)\n"
            "  help: choose another file for the report\n"
        )
