"""Checks that `breaking = "declared"` softens exactly the breaks that reach nobody, where consumers are complete."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from consumer_files import COMPLETE_MARK, DASHBOARD, DECLARED_POLICY, consumer, find_issue, severities
from histories import Historic
from repositories import USERS, Repository, breaking, contract

if TYPE_CHECKING:
    from pathlib import Path

PATTERN_POLICY = f'{DECLARED_POLICY}complete = ["users.*"]\n'
OTHER_FIELDS = consumer(fields="[user_id]")
BOTH_SAY_SO = {USERS: contract(more=COMPLETE_MARK), "dcr.toml": DECLARED_POLICY}


def start(tmp_path: Path, files: dict[str, str]) -> Repository:
    """Return a repository whose main branch has these files, on a new branch."""
    repository = Repository(tmp_path)
    repository.commit(files)
    repository.branch()
    return repository


def test_a_break_that_reaches_no_declared_consumer_is_a_warning_that_says_why(tmp_path: Path) -> None:
    repository = start(tmp_path, {**BOTH_SAY_SO, DASHBOARD: OTHER_FIELDS})
    repository.write(USERS, breaking("2.0.0", more=COMPLETE_MARK))
    outcome = repository.check()
    assert outcome.code == 0
    issue = find_issue(outcome)
    assert issue["severity"] == "warning"
    assert 'all consumers are declared and none uses it ([consumers] breaking = "declared")' in issue["hint"]
    assert repository.check("--fail-on", "warning").code == 1


def test_a_break_that_reaches_a_declared_consumer_stays_an_error(tmp_path: Path) -> None:
    repository = start(tmp_path, {**BOTH_SAY_SO, DASHBOARD: consumer()})
    repository.write(USERS, breaking("2.0.0", more=COMPLETE_MARK))
    outcome = repository.check()
    assert outcome.code == 1
    assert find_issue(outcome)["severity"] == "error"


def test_a_pattern_of_the_policy_says_it_as_well(tmp_path: Path) -> None:
    repository = start(tmp_path, {USERS: contract(), "dcr.toml": PATTERN_POLICY, DASHBOARD: OTHER_FIELDS})
    repository.write(USERS, breaking("2.0.0"))
    assert severities(repository.check()) == {"field_removed": "warning"}


def test_a_contract_and_a_pattern_may_each_say_it_for_one_side(tmp_path: Path) -> None:
    repository = start(tmp_path, {**BOTH_SAY_SO, "dcr.toml": PATTERN_POLICY, DASHBOARD: OTHER_FIELDS})
    repository.write(USERS, breaking("2.0.0"))
    assert severities(repository.check())["field_removed"] == "warning"


NOT_SOFTENED = [
    pytest.param({"dcr.toml": ""}, {}, id="the base's policy does not say declared"),
    pytest.param({}, {"dcr.toml": ""}, id="the proposed policy does not say declared"),
    pytest.param({USERS: contract()}, {}, id="the previous contract does not say complete"),
    pytest.param({}, {USERS: breaking("2.0.0")}, id="the proposed contract does not say complete"),
    pytest.param(
        {USERS: contract(), "dcr.toml": PATTERN_POLICY},
        {USERS: breaking("2.0.0"), "dcr.toml": DECLARED_POLICY},
        id="the change removes the pattern",
    ),
    pytest.param({USERS: contract()}, {"dcr.toml": PATTERN_POLICY}, id="the change adds the pattern"),
    pytest.param({USERS: contract(more="x-consumers: complet")}, {}, id="the mark is misspelt"),
    pytest.param({USERS: contract(more="x-note: {x-consumers: complete}")}, {}, id="the mark is elsewhere"),
    pytest.param({USERS: contract(more="x-consumers: [complete]")}, {}, id="the mark is a list"),
]


@pytest.mark.parametrize(("base", "change"), NOT_SOFTENED)
def test_the_stricter_side_holds(tmp_path: Path, base: dict[str, str], change: dict[str, str]) -> None:
    repository = start(tmp_path, {**BOTH_SAY_SO, DASHBOARD: OTHER_FIELDS, **base})
    for path, text in {USERS: breaking("2.0.0", more=COMPLETE_MARK), **change}.items():
        repository.write(path, text)
    outcome = repository.check()
    assert outcome.code == 1
    assert severities(outcome)["field_removed"] == "error"


@pytest.mark.parametrize("tip", [{USERS: contract()}, {"dcr.toml": ""}], ids=["contract", "policy"])
def test_a_base_that_went_back_on_it_holds_once_the_branch_has_it(tmp_path: Path, tip: dict[str, str]) -> None:
    repository = start(tmp_path, {**BOTH_SAY_SO, DASHBOARD: OTHER_FIELDS})
    repository.commit({USERS: breaking("2.0.0", more=COMPLETE_MARK)})
    repository.git("checkout", "-q", "main")
    repository.commit(tip)
    repository.git("checkout", "-q", "feature")
    if USERS in tip:
        assert severities(repository.check())["field_removed"] == "error"
        repository.commit({USERS: None})
        assert severities(repository.check())["contract_removed"] == "error"
    else:
        assert severities(repository.check("--merged"))["field_removed"] == "error"


def test_the_version_still_has_to_be_the_major_one(tmp_path: Path) -> None:
    repository = start(tmp_path, {**BOTH_SAY_SO, DASHBOARD: OTHER_FIELDS})
    repository.write(USERS, breaking("1.1.0", more=COMPLETE_MARK))
    assert severities(repository.check()) == {"field_removed": "warning", "version_bump_insufficient": "error"}
    repository.write(USERS, breaking("1.0.0", more=COMPLETE_MARK))
    assert severities(repository.check()) == {"field_removed": "warning", "version_not_increasing": "error"}


def test_what_breaks_nobody_stays_an_error(tmp_path: Path) -> None:
    repository = start(tmp_path, {**BOTH_SAY_SO, DASHBOARD: OTHER_FIELDS})
    repository.write(USERS, breaking("2.0.0", more=f"{COMPLETE_MARK}\nnote: 1"))
    assert severities(repository.check()) == {"contract_invalid": "error"}
    repository.write(USERS, breaking("2.0.0", more=COMPLETE_MARK).replace("owners: [{team: growth-platform}]\n", ""))
    assert severities(repository.check()) == {"field_removed": "warning", "owner_missing": "error"}


def test_a_removed_contract_that_nobody_uses_is_a_warning(tmp_path: Path) -> None:
    repository = start(tmp_path, {**BOTH_SAY_SO, DASHBOARD: consumer(dataset="users.weekly")})
    repository.commit({USERS: None})
    assert severities(repository.check()) == {"contract_removed": "warning"}


def test_rows_that_nobody_validates_may_change(tmp_path: Path) -> None:
    longer = contract(version="2.0.0", more=COMPLETE_MARK).replace("[free, pro]", "[free, pro, team]")
    files = {**BOTH_SAY_SO, "dcr.toml": f'mode = "full"\n{DECLARED_POLICY}', DASHBOARD: consumer()}
    repository = start(tmp_path, files)
    repository.write(USERS, longer)
    assert severities(repository.check()) == {"field_enum_expanded": "warning"}
    repository.write(DASHBOARD, consumer(reads="rows", fields=""))
    assert severities(repository.check()) == {"field_enum_expanded": "error"}


def test_a_time_of_deprecation_holds_even_if_nobody_uses_the_field(tmp_path: Path) -> None:
    policy = f"min_deprecation_days = 90\n{DECLARED_POLICY}"
    repository = start(tmp_path, {**BOTH_SAY_SO, "dcr.toml": policy, DASHBOARD: OTHER_FIELDS})
    repository.write(USERS, breaking("2.0.0", more=COMPLETE_MARK))
    assert severities(repository.check()) == {"field_removed": "error"}
    repository.commit({USERS: None})
    assert severities(repository.check()) == {"contract_removed": "error"}


def test_an_older_version_that_a_consumer_still_uses_breaks_in_a_transitive_mode(tmp_path: Path) -> None:
    policy = f'mode = "backward_transitive"\n{DECLARED_POLICY}'
    before = contract(more=COMPLETE_MARK)
    repository = Historic(tmp_path)
    repository.commit({USERS: before, "dcr.toml": policy, DASHBOARD: consumer(versions='"<2"')})
    repository.commit({USERS: contract(version="2.0.0", more=f"description: one row per user\n{COMPLETE_MARK}")})
    repository.branch()
    repository.write(USERS, breaking("3.0.0", more=COMPLETE_MARK))
    outcome = repository.check()
    assert outcome.code == 1, outcome
    found = {(each["severity"], each["against"]) for each in outcome.issues if each["field"] == "ltv"}
    assert found == {("warning", "2.0.0"), ("error", "1.0.0")}


def test_the_removal_passes_once_the_last_consumer_has_gone(tmp_path: Path) -> None:
    """After the last consumer file is gone the repository declares none, and a complete dataset then has none."""
    repository = start(tmp_path, {**BOTH_SAY_SO, DASHBOARD: consumer()})
    repository.commit({USERS: breaking("2.0.0", more=COMPLETE_MARK), DASHBOARD: None})
    assert severities(repository.check())["field_removed"] == "error"
    repository.git("checkout", "-q", "main")
    repository.commit({DASHBOARD: None})
    repository.branch("later")
    repository.commit({USERS: breaking("2.0.0", more=COMPLETE_MARK)})
    outcome = repository.check()
    assert outcome.code == 0
    assert severities(outcome) == {"field_removed": "warning"}


def test_without_consumers_a_dataset_that_is_not_complete_breaks_as_ever(tmp_path: Path) -> None:
    repository = start(tmp_path, {USERS: contract(), "dcr.toml": DECLARED_POLICY})
    repository.write(USERS, breaking("2.0.0"))
    assert severities(repository.check()) == {"field_removed": "error"}


def test_the_mark_is_shown_and_needs_no_version(tmp_path: Path) -> None:
    repository = start(tmp_path, {USERS: contract(), "dcr.toml": DECLARED_POLICY})
    repository.write(USERS, contract(more=COMPLETE_MARK))
    outcome = repository.check()
    assert severities(outcome) == {"consumers_completeness_changed": "info"}
    assert outcome.report["contracts"][0]["change"] == "modified"
    assert "now declares its consumers complete" in repository.dcr("diff").out


def test_an_issue_of_a_whole_file_is_an_error_if_it_reaches_a_consumer_of_one_dataset(tmp_path: Path) -> None:
    """One dataset of the file is used, the other one is not, and both have the issue in the same line."""
    odcs = """kind: DataContract
apiVersion: v3.1.0
id: users
version: 1.0.0
status: active
team: {name: growth}
customProperties: [{property: consumers, value: complete}]
servers: [{server: production, type: postgres, host: a, database: users}]
schema:
  - {name: daily, properties: [{name: id, logicalType: string}]}
  - {name: weekly, properties: [{name: id, logicalType: string}]}
"""
    policy = f'{DECLARED_POLICY}[severity]\nserver_changed = "error"\n'
    for number, used in enumerate(("users/daily", "users/weekly")):
        root = tmp_path / str(number)
        root.mkdir()
        users = {
            "contracts/users.odcs.yaml": odcs,
            "dcr.toml": policy,
            DASHBOARD: consumer(dataset=used, fields="[id]"),
        }
        repository = start(root, users)
        repository.write("contracts/users.odcs.yaml", odcs.replace("host: a", "host: b").replace("1.0.0", "2.0.0"))
        outcome = repository.check()
        assert outcome.code == 1
        found = sorted(each["severity"] for each in outcome.issues if each["kind"] == "server_changed")
        assert found == ["error", "warning"]
