"""The options `--quiet`, `--verbose` and `--statistics`: they change the output, not the exit code."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from cli_runs import COMPATIBLE, LTV_LINE, Run, dcr, git

if TYPE_CHECKING:
    from pathlib import Path


def test_quiet_prints_the_issues_and_nothing_else(broken: Path) -> None:
    assert dcr(broken, "check", "--quiet", "--format", "text") == Run(1, LTV_LINE, "")
    table = dcr(broken, "check", "-q", "--format", "table")
    assert (table.code, table.err) == (1, "")
    whole = dcr(broken, "check", "--format", "table").out
    assert whole.startswith(table.out)
    assert whole.removeprefix(table.out).startswith("1 error, 0 warnings")


@pytest.mark.parametrize("form", ["text", "table"])
def test_quiet_prints_nothing_without_issues(unchanged: Path, form: str) -> None:
    (unchanged / "contracts/users.yaml").write_text(COMPATIBLE, "utf-8")
    for command in ("check", "lint"):
        assert dcr(unchanged, command, "--quiet", "--format", form) == Run(0, "", "")
        assert dcr(unchanged, command, "--format", form) != Run(0, "", "")


def test_verbose_prints_what_was_read_and_how_long_it_took_to_stderr(broken: Path) -> None:
    run = dcr(broken, "check", "--verbose", "--format", "text")
    assert (run.code, run.out) == (1, LTV_LINE)
    commit = git(broken, "rev-parse", "HEAD").strip()
    output = re.sub(r"[\d,]+ ms", "N ms", run.err)
    assert output == (
        "dcr: starting: N ms\n"
        "dcr: listing changes: N ms\n"
        "dcr: reading 1 changed file: N ms\n"
        "dcr: checking: N ms\n"
        "dcr: reading the history: N ms\n"
        "dcr: reading the consumers: N ms\n"
        f"dcr: base: {commit}, the merge base with main ({commit})\n"
        "dcr: base set by: main\n"
        "dcr: head: the working tree\n"
        "dcr: policy: defaults\n"
        "dcr: in scope: 1 file (YAML and JSON), 1 contract file\n"
        "dcr: changed files without contracts: 0\n"
        "dcr: compared: 1 dataset\n"
        "dcr:   contracts/users.yaml: users.daily_active, modified, 1.0.0 → 2.0.0, backward; 1 issue\n"
        "dcr: 1 error, 0 warnings; 1 of 1 contract changed (format native); compared with main, "
        f"merge base {commit[:10]}\n"
    )
    assert "head: the index" in dcr(broken, "check", "-v", "--staged").err
    assert "head: commit HEAD" in dcr(broken, "check", "-v", "--head", "HEAD").err
    lint = dcr(broken, "lint", "--verbose")
    assert "dcr: in scope: 1 file (YAML and JSON), 1 contract file\n" in lint.err
    assert "base:" not in lint.err


def test_statistics_count_the_issues_by_kind_and_severity(unchanged: Path) -> None:
    text = (unchanged / "contracts/users.yaml").read_text("utf-8")
    (unchanged / "contracts/orders.yaml").write_text(text.replace("users.daily_active", "orders"), "utf-8")
    git(unchanged, "add", "--all")
    git(unchanged, "commit", "--quiet", "--message=more")
    for name in ("users", "orders"):
        path = unchanged / f"contracts/{name}.yaml"
        path.write_text(re.sub(r"  - \{name: (plan|ltv).*\n", "", path.read_text("utf-8")), "utf-8")
    path.write_text(path.read_text("utf-8").replace("1.0.0", "2.0.0"), "utf-8")
    run = dcr(unchanged, "check", "--statistics", "--format", "text")
    assert run.err.partition("\n")[2] == (
        "     4  error     field_removed           in 2 contracts\n"
        "     1  error     version_not_increasing  in 1 contract\n"
    )
    assert run.out == dcr(unchanged, "check", "--format", "text").out
    assert dcr(unchanged, "check", "--statistics", "--base", "HEAD", "--head", "HEAD").err.count("\n") == 1
