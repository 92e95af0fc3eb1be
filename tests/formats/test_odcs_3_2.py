"""The table of changes of ODCS v3.2 in docs/formats.md, held to its fixture folders; `--accept` rewrites verdicts."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

import pytest
from change_cases import Case, all_cases, list_reports

PAGE = Path(__file__).parents[2] / "docs/formats.md"
HEADING, PREFIX = "### Changes of v3.2", "v3_2_"
AT_LEAST = 60


class Row(NamedTuple):
    """One row of the table."""

    key: str
    change: str
    verdict: str

    @property
    def folder(self) -> str:
        return PREFIX + self.change.replace(" ", "_")

    def __str__(self) -> str:
        return self.change


def table() -> list[Row]:
    section = PAGE.read_text("utf-8").partition(HEADING)[2].partition("\n##")[0]
    lines = [line for line in section.splitlines() if line.startswith("|")]
    return [Row(*(cell.strip() for cell in line.strip("|").split("|"))) for line in lines[2:]]


def verdict(case: Case) -> str:
    """Return what is reported of a change and the version bump that it needs."""
    reports = list_reports(*case.texts)
    kinds = dict.fromkeys(f"`{issue.kind}`" for report in reports for issue in report.issues)
    (bump,) = {report.required_bump for report in reports}
    return f"{', '.join(kinds) or 'none'} ({bump.upper() if bump != 'none' else 'no bump'})"


CASES = {case.name: case for case in all_cases() if case.format == "odcs" and case.name.startswith(PREFIX)}


def test_the_table_and_the_folders_are_the_same_changes() -> None:
    rows = [row.folder for row in table()]
    assert sorted(rows) == sorted(CASES)
    assert len(rows) == len(set(rows)) >= AT_LEAST


@pytest.mark.parametrize("row", table(), ids=str)
def test_a_row_says_what_is_reported_of_its_folder(row: Row, request: pytest.FixtureRequest) -> None:
    found = verdict(CASES[row.folder])
    if request.config.getoption("--accept") and row.verdict != found:
        opening = f"| {row.key} | {row.change} |"
        lines = PAGE.read_text("utf-8").splitlines()
        new = [f"{opening} {found} |" if line.startswith(opening) else line for line in lines]
        PAGE.write_text("\n".join([*new, ""]), "utf-8")
    else:
        assert row.verdict == found


def test_both_files_of_a_row_are_of_v3_2_or_say_why_not() -> None:
    for case in CASES.values():
        assert "v3.2" in (case.text("previous") or "") + (case.text("proposed") or ""), case
