"""Runs a check from end to end: a break is reported in every output format, and other changes are silent."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest
from repositories import USERS, Repository, breaking, contract

from dcr.rendering.reports import list_formats

if TYPE_CHECKING:
    from pathlib import Path

FORMATS = tuple(each for each in list_formats() if each not in ("gitlab", "sarif"))
ACCEPTED = """\
accepted:
  - dataset: users.daily_active
    version: "2.0.0"
    kind: field_removed
    field: ltv
    reason: moved to billing.customers
"""


def test_a_removed_field_with_a_minor_bump_is_an_error_that_says_all_there_is_to_know(repository: Repository) -> None:
    repository.write(USERS, breaking())
    outcome = repository.check("--base", "main")
    assert outcome.code == 1
    report = outcome.report
    assert report["base"]["ref"] == "main"
    assert report["base"]["source"] == "--base"
    assert report["base"]["commit"] == report["base"]["merge_base"] == repository.git("rev-parse", "main")
    assert report["compatible"] is False
    (found,) = report["contracts"]
    assert found["dataset_id"] == "users.daily_active"
    assert (found["previous"]["version"], found["proposed"]["version"]) == ("1.0.0", "1.1.0")
    assert (found["required_bump"], found["actual_bump"]) == ("major", "minor")
    removed, bump = found["issues"]
    assert (removed["kind"], removed["field"], removed["severity"]) == ("field_removed", "ltv", "error")
    assert removed["breaks"] == "consumers"
    assert removed["modes"] == ["backward"]
    assert removed["location"] == {"path": USERS, "line": 6, "column": 1, "key": "fields"}
    assert removed["previous_location"] == {"path": USERS, "line": 10, "column": 5, "key": "fields[3]"}
    assert (bump["kind"], bump["severity"]) == ("version_bump_insufficient", "error")
    assert "MAJOR" in bump["message"]
    assert "2.0.0" in bump["hint"]


def test_a_break_of_row_acceptance_carries_the_row_that_proves_it(repository: Repository) -> None:
    repository.write(USERS, contract(version="2.0.0").replace("[free, pro]", "[pro]"))
    outcome = repository.check()
    assert outcome.code == 1
    (issue,) = outcome.issues
    assert issue["kind"] == "field_enum_shrunk"
    witness = issue["witness"]
    assert witness["row"]["plan"] == "free"
    assert (witness["accepted_by"], witness["refused_by"]) == ("previous", "proposed")


@pytest.mark.parametrize("form", FORMATS)
def test_every_format_names_the_break_and_its_field_and_ends_with_one(repository: Repository, form: str) -> None:
    repository.write(USERS, breaking())
    outcome = repository.dcr("check", "--base", "main", "--format", form)
    assert outcome.code == 1
    for word in ("field_removed", "ltv", USERS, "MAJOR"):
        assert word in outcome.out


def test_github_annotates_the_line(repository: Repository) -> None:
    repository.write(USERS, breaking())
    outcome = repository.dcr("check", "--base", "main", "--format", "github")
    first = outcome.out.splitlines()[0]
    assert first.startswith(f"::error file={USERS},line=6,")
    assert "field 'ltv' was removed" in first


def test_the_canonical_line_is_one_that_editors_understand(repository: Repository) -> None:
    repository.write(USERS, breaking())
    outcome = repository.dcr("check", "--format", "text")
    assert outcome.out.splitlines()[0] == f"{USERS}:6:1: error: field 'ltv' was removed [field_removed]"


@pytest.mark.parametrize("form", FORMATS)
def test_an_accepted_break_passes_and_is_shown_loudly(repository: Repository, form: str) -> None:
    repository.write(USERS, breaking("2.0.0"))
    repository.write("dcr.accepted.yaml", ACCEPTED)
    outcome = repository.dcr("check", "--base", "main", "--format", form)
    assert outcome.code == 0
    assert "moved to billing.customers" in outcome.out
    assert "accepted" in outcome.out.lower()
    assert "field_removed" in outcome.out


def test_an_acceptance_lets_its_break_through_and_not_the_bump_that_is_owed(repository: Repository) -> None:
    repository.write(USERS, breaking("1.1.0"))
    repository.write("dcr.accepted.yaml", ACCEPTED.replace("2.0.0", "1.1.0"))
    outcome = repository.check()
    assert outcome.code == 1
    assert [each["kind"] for each in outcome.issues if each["severity"] == "error"] == ["version_bump_insufficient"]


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("# who reads this: growth\n" + contract(), id="a comment"),
        pytest.param(
            contract().replace("type: string, enum: [free, pro]", "enum: [free, pro], type: string"), id="order"
        ),
        pytest.param("\n".join([*contract().splitlines()[5:], *contract().splitlines()[:5], ""]), id="order of keys"),
        pytest.param(contract().replace('"1.0.0"', "'1.0.0'"), id="quotes"),
        pytest.param(contract().replace("\n", "\r\n"), id="line ends"),
        pytest.param("\ufeff" + contract(), id="a byte order mark"),
        pytest.param(contract().replace("  - {name: ltv", "  # the value\n\n  - {name: ltv"), id="room"),
    ],
)
def test_an_edit_without_meaning_reports_nothing(repository: Repository, text: str) -> None:
    repository.commit({USERS: text})
    outcome = repository.check("--base", "main")
    assert outcome.code == 0
    assert outcome.issues == []
    assert outcome.report["summary"]["changed"] == 0


@pytest.mark.parametrize("form", FORMATS)
def test_nothing_changed_says_so_and_ends_with_zero(repository: Repository, form: str) -> None:
    outcome = repository.dcr("check", "--format", form)
    assert outcome.code == 0
    said = outcome.out + outcome.err
    assert "compatible" in said
    assert "main" in said


def test_an_addition_with_a_minor_bump_is_fine(repository: Repository) -> None:
    repository.commit({USERS: contract(version="1.1.0", more="  - {name: country, type: string, required: false}")})
    outcome = repository.check()
    assert outcome.code == 0
    assert outcome.issues == []
    assert outcome.report["contracts"][0]["required_bump"] == "minor"


def test_a_status_may_change_in_place(repository: Repository) -> None:
    repository.commit({USERS: contract(status="deprecated")})
    outcome = repository.check()
    assert outcome.code == 0
    assert outcome.issues == []


def test_every_broken_contract_is_reported_and_only_those(repository: Repository) -> None:
    others = {f"contracts/{name}.yaml": contract(f"team.{name}") for name in ("a", "b", "c")}
    repository.git("checkout", "-q", "main")
    repository.commit(others)
    repository.branch("second")
    repository.commit({
        "contracts/a.yaml": contract("team.a", "2.0.0", without=["ltv"]),
        "contracts/c.yaml": contract("team.c", "2.0.0", without=["plan"]),
    })  # fmt: skip
    outcome = repository.check()
    assert outcome.code == 1
    found = [(each["dataset_id"], [issue["field"] for issue in each["issues"]]) for each in outcome.report["contracts"]]
    assert ("team.a", ["ltv"]) in found
    assert any(dataset == "team.c" and "plan" in fields for dataset, fields in found)
    assert len(found) == 2
    assert outcome.report["summary"]["contracts"] == 4


def test_files_that_only_look_changed_are_not_touched(repository: Repository) -> None:
    os.utime(repository.folder / USERS, (1, 1))
    assert repository.git("diff-index", "HEAD") != ""
    outcome = repository.check()
    assert outcome.code == 0
    assert outcome.report["contracts"] == []


def test_two_old_claims_to_one_dataset_are_reported_only_by_a_change_that_touches_them(tmp_path: Path) -> None:
    repository = Repository(tmp_path)
    repository.commit({"contracts/a.yaml": contract(), "contracts/b.yaml": contract()})
    repository.branch()
    for name in ("a", "b"):
        os.utime(repository.folder / f"contracts/{name}.yaml", (1, 1))
    assert repository.git("diff-index", "HEAD") != ""
    assert repository.check().report["contracts"] == []
    for name in ("a", "b"):
        repository.write(f"contracts/{name}.yaml", contract(version="1.0.1", more="description: rows"))
    outcome = repository.check()
    assert outcome.code == 1
    assert "dataset_id_duplicated" in outcome.kinds
