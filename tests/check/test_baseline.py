"""Checks that known issues are counted and not reported, and that no change can extend a baseline unnoticed."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from repositories import USERS, Repository, breaking, contract

if TYPE_CHECKING:
    from pathlib import Path

FILE = "dcr.baseline.json"
WRITES = (f"repository/{FILE}",)
ORDERS = "contracts/orders.yaml"
INVALID = "dataset_id: orders\nversion: 1.0.0.0\nowners: [{team: a}]\nfields: [{name: a, type: strin}]\n"


def write(repository: Repository, command: str = "check", *arguments: str) -> str:
    outcome = repository.dcr(command, "--baseline", FILE, "--write-baseline", *arguments, writes=WRITES)
    assert (outcome.code, outcome.out) == (0, "")
    return outcome.err


def listed(repository: Repository) -> list[tuple[str, str, str]]:
    entries = json.loads((repository.folder / FILE).read_text("utf-8"))["issues"]
    return [(each["by"], each["dataset"], each["kind"]) for each in entries]


@pytest.fixture
def old(tmp_path: Path) -> Repository:
    """A repository that was never linted: one contract is broken, and a branch has old breaks against `release`."""
    made = Repository(tmp_path)
    made.commit({USERS: contract(), ORDERS: INVALID})
    made.git("branch", "release")
    made.commit({USERS: breaking()})
    return made


def test_a_repository_full_of_old_issues_can_start_today(old: Repository) -> None:
    assert old.dcr("lint", "--format", "json").code == 1
    said = write(old, "lint")
    assert said == (
        f"dcr: wrote 2 issues of this run to {FILE}\n"
        f"  help: commit it, and use it from now on: dcr lint --baseline {FILE}\n"
    )
    lint = old.dcr("lint", "--format", "json", "--baseline", FILE)
    assert (lint.code, lint.kinds, lint.report["summary"]["baselined"]) == (0, [], 2)
    assert "2 issues suppressed by the baseline" in old.dcr("lint", "--baseline", FILE).err
    old.write("contracts/more.yaml", "dataset_id: more\nversion: 1\nfields: []\n")
    assert "contract_invalid" in old.dcr("lint", "--format", "json", "--baseline", FILE).kinds


@pytest.fixture
def known(repository: Repository) -> Repository:
    """The base lists the removal of `ltv` with too small a version, and a branch begins."""
    repository.write(USERS, breaking())
    write(repository)
    repository.write(USERS, contract())
    repository.commit()
    repository.git("branch", "-f", "main", "HEAD")
    return repository


def test_what_the_base_lists_is_left_out_and_counted_and_a_new_break_is_told(known: Repository) -> None:
    known.commit({USERS: breaking()})
    outcome = known.check("--baseline", FILE)
    assert (outcome.code, outcome.kinds, outcome.report["summary"]["baselined"]) == (0, [], 2)
    assert known.check().code == 1
    known.commit({USERS: contract(version="1.1.0", without=["ltv", "plan"])})
    outcome = known.check("--baseline", FILE)
    assert (outcome.code, [issue["field"] for issue in outcome.issues]) == (1, ["plan"])


def test_the_same_break_is_known_wherever_its_line_moves_and_whatever_version_it_is(known: Repository) -> None:
    known.commit({USERS: "# moved down\n\n" + breaking(version="1.2.0")})
    outcome = known.check("--baseline", FILE)
    assert (outcome.code, outcome.kinds, outcome.report["summary"]["baselined"]) == (0, [], 2)
    assert outcome.report["contracts"][0]["required_bump"] == "major"  # what is owed is still shown


def test_what_a_change_takes_from_the_baseline_is_told_again(known: Repository) -> None:
    known.commit({USERS: breaking(), FILE: '{"schema_version": 1, "issues": []}'})
    outcome = known.check("--baseline", FILE)
    assert (outcome.code, outcome.report["summary"]["baselined"]) == (1, 0)
    assert set(outcome.kinds) == {"field_removed", "version_bump_insufficient"}


def test_what_a_change_adds_to_the_baseline_is_shown_as_a_decision(repository: Repository) -> None:
    repository.write(USERS, breaking(version="2.0.0"))
    write(repository)
    outcome = repository.check("--baseline", FILE)
    assert (outcome.code, outcome.report["summary"]["accepted"], outcome.report["summary"]["baselined"]) == (0, 1, 0)
    (issue,) = outcome.issues
    assert issue["accepted"] == {
        "reason": f"added to {FILE} by this change", "severity": "error", "expires": None, "accepted_by": []
    }  # fmt: skip
    for head in (["--staged"], ["--head", "HEAD"]):
        repository.commit()
        assert repository.check("--baseline", FILE, *head).issues == [issue]


def test_where_decisions_are_read_from_the_base_a_change_cannot_add_to_its_baseline(repository: Repository) -> None:
    repository.git("checkout", "-q", "main")
    repository.commit({"dcr.toml": 'accept_from = "base"\n'})
    repository.git("checkout", "-q", "-B", "feature")
    repository.write(USERS, breaking(version="2.0.0"))
    write(repository)
    outcome = repository.check("--baseline", FILE)
    assert (outcome.code, [(issue["kind"], issue["accepted"]) for issue in outcome.issues]) == (
        1, [("field_removed", None)]
    )  # fmt: skip


def test_an_invalid_contract_is_known_only_from_before(repository: Repository) -> None:
    repository.write(ORDERS, INVALID)
    write(repository)
    added = repository.check("--baseline", FILE)
    assert (added.code, set(added.kinds), added.report["summary"]["accepted"]) == (1, {"contract_invalid"}, 0)
    repository.git("checkout", "-q", "main")
    repository.commit()
    repository.branch("later")
    repository.write(ORDERS, f"{INVALID}description: still broken\n")
    outcome = repository.check("--baseline", FILE)
    assert "contract_invalid" not in outcome.kinds
    assert outcome.report["summary"]["baselined"] == 2


def test_a_run_rewrites_its_own_entries_and_keeps_those_of_the_other_command(old: Repository) -> None:
    write(old, "lint")
    write(old, "check", "--base", "release")
    both = listed(old)
    assert {by for by, _, _ in both} == {"lint", "check"}
    old.write(ORDERS, contract("orders"))
    said = write(old, "lint")
    assert f"wrote 0 issues of this run to {FILE} and kept 2 from before" in said
    assert listed(old) == [each for each in both if each[0] == "check"]
    old.write(USERS, contract())
    write(old, "check", "--base", "release", USERS)
    assert listed(old) == [each for each in both if each[0] == "check"]  # a run on some paths takes nothing away
    old.write(ORDERS, INVALID)
    write(old, "check", "--base", "release")
    assert listed(old) == []


def test_acceptances_are_not_listed_and_still_count(repository: Repository) -> None:
    repository.write(USERS, breaking(version="2.0.0"))
    repository.write(
        "dcr.accepted.yaml",
        "accepted:\n"
        "  - {dataset: users.daily_active, version: 2.0.0, kind: field_removed, field: ltv, reason: moved}\n",
    )
    write(repository)
    assert listed(repository) == []


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("{", "invalid JSON in baseline 'dcr.baseline.json'"),
        ("[]", "baseline 'dcr.baseline.json' does not have schema_version 1"),
        ('{"schema_version": 2, "issues": []}', "does not have schema_version 1"),
        ('{"schema_version": 1}', "does not have a list of issues"),
        ('{"schema_version": 1, "issues": [1]}', "entry 1 of baseline 'dcr.baseline.json' does not have 'by'"),
        ('{"schema_version": 1, "issues": [{"by": "check", "kind": "x"}]}', "does not have 'fingerprint'"),
    ],
)
def test_a_baseline_that_is_none_is_2_and_is_not_overwritten(
    repository: Repository, content: str, message: str
) -> None:
    repository.write(FILE, content)
    repository.check("--baseline", FILE).says(message, "rewrite it")
    repository.dcr("check", "--write-baseline").says(message.replace("'dcr.baseline.json'", f"'{FILE}'"))


def test_a_baseline_of_thousands_of_issues_is_read_whole_from_every_side(known: Repository) -> None:
    written = json.loads((known.folder / FILE).read_text("utf-8"))
    entry = {**written["issues"][0], "message": "m" * 1000}
    written["issues"] = [*({**entry, "fingerprint": f"{n:064}"} for n in range(3000)), *written["issues"]]
    known.commit({FILE: json.dumps(written), USERS: breaking()})
    assert (known.folder / FILE).stat().st_size > 3 * 1024 * 1024
    for head in ([], ["--staged"], ["--head", "HEAD"]):  # the change touches it, so that both sides are read
        assert known.check("--baseline", FILE, *head).report["summary"]["baselined"] == 2
    known.git("checkout", "-q", "main")
    known.commit({FILE: json.dumps(written)})
    known.branch("later")
    known.commit({USERS: breaking()})  # and here it does not
    assert known.check("--baseline", FILE).report["summary"]["baselined"] == 2


def test_a_baseline_too_large_to_be_read_is_said_to_be_and_not_cut(known: Repository) -> None:
    known.commit({FILE: " " * (16 * 1024 * 1024 + 1)})
    known.check("--baseline", FILE).says("is larger than 16 MiB", "dcr lint FOLDER --baseline FILE")


def test_a_baseline_that_is_on_neither_side_is_2(repository: Repository) -> None:
    repository.check("--baseline", "nowhere.json").says("neither side has it", "dcr check --baseline nowhere.json")
    repository.dcr("lint", "--baseline", "nowhere.json").says("no such file or directory")
    repository.write(FILE, '{"schema_version": 1, "issues": []}')
    repository.commit()
    repository.git("branch", "-f", "main", "HEAD")
    repository.commit({FILE: None})
    repository.check("--baseline", FILE).says("the change removes it")


def test_a_baseline_outside_the_repository_or_ignored_by_it_is_the_callers(repository: Repository) -> None:
    repository.write(USERS, breaking(version="2.0.0"))
    write(repository)
    content = (repository.folder / FILE).read_bytes()
    (repository.root / "outside.json").write_bytes(content)
    repository.write("ignored.json", content)
    repository.write(".gitignore", "ignored.json\n")
    (repository.folder / FILE).unlink()
    for name in ("../outside.json", "ignored.json"):
        outcome = repository.check("--baseline", name)
        assert (outcome.code, outcome.kinds, outcome.report["summary"]["baselined"]) == (0, [], 1)


def test_a_baseline_is_found_from_a_subfolder(repository: Repository) -> None:
    repository.write(USERS, breaking(version="2.0.0"))
    write(repository)
    outcome = repository.check("--baseline", f"../{FILE}", cwd=repository.folder / "contracts")
    assert outcome.report["summary"]["accepted"] == 1


def test_writing_a_baseline_prints_no_report_and_says_so(repository: Repository) -> None:
    for command in ("check", "lint"):
        repository.dcr(command, "--write-baseline", "--format", "json").says("--write-baseline prints no report")


def test_a_decision_about_a_known_issue_is_shown_all_the_same(known: Repository) -> None:
    entry = "{dataset: users.daily_active, version: 2.0.0, kind: field_removed, field: ltv, reason: moved}"
    known.commit({USERS: breaking(version="2.0.0"), "dcr.accepted.yaml": f"accepted:\n  - {entry}\n"})
    outcome = known.check("--baseline", FILE)
    assert [issue["accepted"]["reason"] for issue in outcome.issues] == ["moved"]
    assert (outcome.code, outcome.report["summary"]["baselined"]) == (0, 0)
