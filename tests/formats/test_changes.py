"""A table of changes as fixture folders, format by format; `pytest --accept` rewrites what is expected of each."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from change_cases import FOLDER, PATH, SIDES, Case, all_cases, list_reports, rendered

from dcr.compatibility.rule import load_rules
from dcr.formats import list_formats, read_content

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

AT_LEAST = {"odcs": 60, "dcs": 30, "dbt": 30}
FILES = {"previous.yaml", "proposed.yaml", "expected.txt"}
OF_THE_FILE = {"value_not_understood"}
"""The issues of a file without datasets, whatever it was before: nothing of it is compared."""

every_case = pytest.mark.parametrize("case", all_cases(), ids=str)


def kinds(lines: str) -> set[str]:
    return set(re.findall(r"^contract.yaml:.* \[(\w+)\]$", lines, re.MULTILINE))


@every_case
def test_a_change_is_what_its_folder_says(case: Case, expect: Callable[[Path, str], None]) -> None:
    expect(case.folder / "expected.txt", rendered(list_reports(*case.texts)))


@pytest.mark.parametrize("name", AT_LEAST)
def test_the_table_is_large_and_holds_breaks_and_what_breaks_nothing(name: str) -> None:
    outputs = [case.expected for case in all_cases() if case.format == name]
    assert len(outputs) >= AT_LEAST[name]
    assert len([each for each in outputs if not each]) >= len(outputs) / 8
    assert len([each for each in outputs if "error" in each]) >= len(outputs) / 3


@every_case
def test_a_folder_holds_what_its_name_says_and_nothing_else(case: Case) -> None:
    files = {each.name for each in case.folder.iterdir()}
    assert "expected.txt" in files
    assert files & {"previous.yaml", "proposed.yaml"}
    assert files <= FILES
    assert case.text("previous") != case.text("proposed")
    assert re.fullmatch(r"[a-z0-9_]+", case.name)


@every_case
def test_each_side_is_read_as_its_folders_format(case: Case) -> None:
    read_as = {read_content(PATH, text.encode()).format for side in SIDES if (text := case.text(side)) is not None}
    named = set(case.format.split("_to_"))
    assert named <= {each.NAME for each in list_formats()}
    assert read_as - {None} == named


@every_case
def test_a_side_beside_itself_is_silent(case: Case) -> None:
    for side in SIDES:
        found = rendered(list_reports(case.text(side), case.text(side)))
        assert kinds(found) <= OF_THE_FILE


@every_case
def test_no_message_and_no_hint_lists_nothing(case: Case) -> None:
    for report in list_reports(*case.texts):
        for text in (each for issue in report.issues for each in (issue.message, issue.hint)):
            bare = re.sub("'[^']*'", "''", text)
            assert "  " not in bare
            assert not re.search(r"(^| )\[\]|[:,] *$|from to|from none to none", bare)


@every_case
def test_carriage_returns_and_comments_change_nothing(case: Case) -> None:
    before, after = case.texts
    if before is None or after is None or "\r" in before + after:
        return
    windows = rendered(list_reports(before, after.replace("\n", "\r\n")))
    assert windows == case.expected
    remarked = rendered(list_reports(f"# a remark\n{before}", f"{after}# a remark\n"))
    assert remarked == case.expected


@pytest.mark.parametrize("case", [case for case in all_cases() if case.format == "dbt"], ids=str)
def test_no_kind_about_versions_fires_on_a_model_of_dbt(case: Case) -> None:
    before, after = case.texts
    for sides in ((before, after), (after, before), (None, after), (before, None)):
        assert not [each for each in kinds(rendered(list_reports(*sides))) if each.startswith("version_")]


def test_every_expected_kind_is_one() -> None:
    assert set().union(*(kinds(case.expected) for case in all_cases())) <= set(load_rules())


def test_no_folder_lies_beside_the_formats() -> None:
    assert {each.name for each in FOLDER.iterdir()} == {case.format for case in all_cases()}
