"""Every rule against its fixture folders; `pytest --accept` rewrites the expectations."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from consumer_cases import consumer_rules
from rule_cases import FOLDER, OPTIONS, Case, all_cases, known_to_fail, rendered, rules_under_test, verdict_on

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

CASES = all_cases()
FILES = {
    "previous.yaml", "proposed.yaml", "published.yaml", "older.yaml", "also.yaml", "earlier.yaml",
    "options.toml", "expected.txt",
}  # fmt: skip

DEFECTS: dict[str, str] = {}
"""Cases whose expectation is right and dcr is not."""


@pytest.mark.parametrize("case", known_to_fail(CASES, DEFECTS))
def test_a_rule_says_exactly_what_its_case_expects(case: Case, expect: Callable[[Path, str], None]) -> None:
    lines = [rendered(issue) for issue in verdict_on(case).issues if issue.kind == case.kind]
    expect(case.folder / "expected.txt", "".join(f"{each}\n" for each in lines))


@pytest.mark.parametrize("kind", rules_under_test())
def test_every_kind_has_a_case_that_fires_and_a_lookalike_that_does_not(kind: str) -> None:
    outputs = {case.name: (case.folder / "expected.txt").read_text() for case in CASES if case.kind == kind}
    assert any(outputs.values()), f"no case in tests/rules/{kind} fires"
    assert not all(outputs.values()), f"no case in tests/rules/{kind} is a look-alike that must not fire"


@pytest.mark.parametrize("case", CASES, ids=str)
def test_a_case_is_called_a_lookalike_exactly_when_it_is_silent(case: Case) -> None:
    silent = (case.folder / "expected.txt").read_text() == ""
    assert case.name.startswith("lookalike_") is silent


def test_every_fixture_folder_belongs_to_a_kind() -> None:
    folders = {each.name for each in FOLDER.iterdir() if each.is_dir() and not each.name.startswith("__")}
    assert folders == {*rules_under_test(), *consumer_rules()}


@pytest.mark.parametrize("case", CASES, ids=str)
def test_a_case_holds_only_files_and_options_that_mean_something(case: Case) -> None:
    files = {each.name for each in case.folder.iterdir()}
    assert "expected.txt" in files
    assert files & {"previous.yaml", "proposed.yaml"}
    assert files <= FILES
    assert case.options.keys() <= OPTIONS
