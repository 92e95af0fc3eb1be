"""Checks that a dataset is identified by its id when its file is moved, renamed, copied or removed."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from repositories import USERS, Repository, breaking, contract

if TYPE_CHECKING:
    from pathlib import Path

OTHER = "contracts/other.yaml"
LATER = {"contracts/zebra.yaml": contract("zoo.zebra")}


@pytest.fixture
def pair(repository: Repository) -> Repository:
    """Two contracts on `main`."""
    repository.git("checkout", "-q", "main")
    repository.commit({OTHER: contract("team.other")})
    repository.branch("second")
    return repository


def only(repository: Repository, *arguments: str) -> dict:
    """Return the one issue of a run that ends with 1."""
    outcome = repository.check(*arguments)
    assert outcome.code == 1, outcome
    (issue,) = outcome.issues
    assert issue["severity"] == "error"
    return issue


def test_a_deleted_contract_is_one_issue(repository: Repository) -> None:
    repository.commit({USERS: None})
    issue = only(repository)
    assert issue["kind"] == "contract_removed"
    assert issue["location"]["path"] == USERS
    assert issue["breaks"] == "consumers"


def test_a_contract_deleted_without_a_commit_is_one_issue(repository: Repository) -> None:
    (repository.folder / USERS).unlink()
    assert only(repository)["kind"] == "contract_removed"


@pytest.mark.parametrize("how", ["removed from the index", "ignored too"])
def test_a_contract_that_git_no_longer_tracks_is_judged_as_it_lies_there_unless_it_is_ignored(
    repository: Repository, how: str
) -> None:
    repository.git("rm", "-q", "--cached", USERS)
    if how == "ignored too":
        repository.write(".gitignore", "*.yaml\n")
        assert only(repository)["kind"] == "contract_removed"
        return
    assert repository.check().code == 0
    repository.write(USERS, breaking())
    assert repository.check().kinds == ["field_removed", "version_bump_insufficient"]


def test_a_tracked_contract_that_became_ignored_is_judged_all_the_same(repository: Repository) -> None:
    repository.commit({".gitignore": "contracts/\n", USERS: breaking("2.0.0")})
    assert only(repository)["kind"] == "field_removed"


def test_an_archived_contract_may_be_deleted(repository: Repository) -> None:
    repository.git("checkout", "-q", "main")
    repository.commit({USERS: contract(status="archived")})
    repository.branch("second")
    repository.commit({USERS: None})
    outcome = repository.check()
    assert outcome.code == 0
    assert outcome.issues == []
    assert outcome.report["contracts"][0]["change"] == "removed"


@pytest.mark.parametrize("where", ["contracts/growth/daily.yaml", "contracts/users.yml", "contracts-2/users.yaml"])
@pytest.mark.parametrize("committed", [True, False], ids=["committed", "in the working tree"])
def test_a_moved_contract_is_no_issue(repository: Repository, where: str, *, committed: bool) -> None:
    repository.write(where, contract())
    (repository.folder / USERS).unlink()
    if committed:
        repository.commit()
    outcome = repository.check()
    assert outcome.code == 0
    assert outcome.issues == []
    (found,) = outcome.report["contracts"]
    assert (found["change"], found["path"], found["previous_path"]) == ("renamed", where, USERS)


def test_a_move_hides_no_change(repository: Repository) -> None:
    repository.commit({USERS: None, "contracts/growth/daily.yml": breaking("2.0.0")})
    issue = only(repository)
    assert (issue["kind"], issue["field"]) == ("field_removed", "ltv")
    assert issue["location"]["path"] == "contracts/growth/daily.yml"
    assert issue["previous_location"]["path"] == USERS


def test_a_case_only_rename_is_a_move(repository: Repository) -> None:
    repository.git("mv", USERS, "contracts/Users.yaml")
    repository.commit()
    outcome = repository.check("--head", "HEAD")
    assert outcome.code == 0
    assert outcome.report["contracts"][0]["change"] == "renamed"


def test_two_files_may_swap_their_datasets(pair: Repository) -> None:
    pair.commit({USERS: contract("team.other"), OTHER: contract()})
    outcome = pair.check()
    assert outcome.code == 0
    assert [each["change"] for each in outcome.report["contracts"]] == ["renamed", "renamed"]


def test_another_id_in_place_is_the_loss_of_the_old_dataset(repository: Repository) -> None:
    repository.commit({USERS: contract("users.active_daily")})
    issue = only(repository)
    assert issue["kind"] == "contract_removed"
    assert "users.active_daily" in issue["hint"]


def test_the_id_of_another_in_an_unchanged_file_is_one_issue(pair: Repository) -> None:
    pair.commit({USERS: contract("team.other")})
    issue = only(pair)
    assert issue["kind"] == "dataset_id_duplicated"
    assert OTHER in issue["message"]
    assert issue["location"]["path"] == USERS


def test_the_id_of_another_in_a_changed_file_is_one_issue(pair: Repository) -> None:
    pair.commit({USERS: contract("team.other"), OTHER: contract("team.other", "1.0.1", more="description: rows")})
    issue = only(pair)
    assert issue["kind"] == "dataset_id_duplicated"
    assert OTHER in issue["message"]
    assert issue["location"]["path"] == USERS


@pytest.mark.parametrize("where", ["worktree", "index", "commit"])
def test_a_copied_contract_is_one_issue_on_every_side(repository: Repository, where: str) -> None:
    repository.write("contracts/copy.yaml", contract())
    arguments = []
    if where == "index":
        repository.git("add", "-A")
        arguments = ["--staged"]
    if where == "commit":
        repository.commit()
        arguments = ["--head", "HEAD"]
    issue = only(repository, *arguments)
    assert issue["kind"] == "dataset_id_duplicated"
    assert issue["location"]["path"] == "contracts/copy.yaml"


@pytest.mark.parametrize(
    "spelled",
    [
        pytest.param(r'"users.d\x61ily_active"', id="escapes"),
        pytest.param("'users.daily_active'", id="quotes"),
        pytest.param(">-\n  users.daily_active", id="a block"),
    ],
)
def test_an_id_is_found_in_unchanged_files_however_it_is_spelled(repository: Repository, spelled: str) -> None:
    repository.git("checkout", "-q", "main")
    repository.commit({USERS: contract(spelled), **LATER})
    repository.branch("second")
    repository.commit({"contracts/copy.yaml": contract()})
    assert only(repository)["kind"] == "dataset_id_duplicated"


@pytest.mark.parametrize("attribute", ["binary", "-diff", "-text"])
def test_an_id_is_found_in_files_that_attributes_call_binary(repository: Repository, attribute: str) -> None:
    repository.git("checkout", "-q", "main")
    repository.commit({".gitattributes": f"*.yaml {attribute}\n", **LATER})
    repository.branch("second")
    repository.commit({"contracts/copy.yaml": contract()})
    assert only(repository)["kind"] == "dataset_id_duplicated"


def test_ids_are_found_when_very_many_are_new(repository: Repository) -> None:
    files = {f"contracts/many/{number}.yaml": contract(f"many.number_{number}") for number in range(70)}
    repository.commit({**files, "contracts/many/1.yaml": contract()})
    assert only(repository)["kind"] == "dataset_id_duplicated"


def test_a_duplicate_that_the_policy_lets_pass_does_not_hide_the_loss_of_a_dataset(pair: Repository) -> None:
    pair.git("checkout", "-q", "main")
    pair.commit({"dcr.toml": '[severity]\ndataset_id_duplicated = "off"\n'})
    pair.branch("third")
    pair.commit({USERS: contract("team.other")})
    issue = only(pair)
    assert (issue["kind"], issue["location"]["path"]) == ("contract_removed", USERS)


def test_of_two_old_claims_to_a_dataset_each_is_compared_with_its_own_text(tmp_path: Path) -> None:
    repository = Repository(tmp_path)
    repository.commit({"contracts/a.yaml": contract(without=["ltv"]), "contracts/b.yaml": contract()})
    repository.branch()
    repository.commit(
        {"contracts/a.yaml": "# seen\n" + contract(without=["ltv"]), "contracts/b.yaml": breaking("2.0.0")}
    )
    outcome = repository.check()
    assert sorted(outcome.kinds) == ["dataset_id_duplicated", "field_removed"]
    repository.commit({"contracts/a.yaml": None})
    assert repository.check().kinds == ["field_removed"]


def test_a_broken_file_at_the_old_place_is_reported_beside_the_move(repository: Repository) -> None:
    repository.commit({USERS: "dataset_id: [", "contracts/moved.yaml": contract()})
    issue = only(repository)
    assert (issue["kind"], issue["location"]["path"]) == ("contract_invalid", USERS)


def test_a_move_out_of_the_globs_is_one_issue(repository: Repository) -> None:
    repository.commit({USERS: None, "models/users.yaml.txt": contract()})
    issue = only(repository)
    assert issue["kind"] == "contract_out_of_scope"
    assert "models/users.yaml.txt" in issue["message"]


def test_a_move_out_of_the_globs_hides_no_change(repository: Repository) -> None:
    repository.commit({USERS: None, "models/users.txt": breaking("2.0.0")})
    outcome = repository.check()
    assert outcome.code == 1
    assert sorted(outcome.kinds) == ["contract_out_of_scope", "field_removed"]


@pytest.mark.parametrize("text", ["just some notes\n", "- a\n- b\n", "", "replicas: 3\n"])
def test_a_contract_replaced_by_something_else_is_removed(repository: Repository, text: str) -> None:
    repository.commit({USERS: text})
    issue = only(repository)
    assert issue["kind"] == "contract_removed"


@pytest.mark.parametrize(
    "text", ["dataset_id: [", contract().replace("version:", "versoin:"), "owners: []\n" + contract()]
)
def test_a_contract_that_no_longer_parses_is_invalid(repository: Repository, text: str) -> None:
    repository.commit({USERS: text})
    outcome = repository.check()
    assert outcome.code == 1
    assert set(outcome.kinds) == {"contract_invalid"}
    assert all(issue["location"]["path"] == USERS for issue in outcome.issues)


def test_a_file_in_scope_that_never_was_a_contract_is_counted_and_left_alone(repository: Repository) -> None:
    repository.commit({"contracts/notes.yaml": "replicas: 3\n"})
    outcome = repository.check()
    assert outcome.code == 0
    assert outcome.report["contracts"] == []
    assert outcome.report["summary"]["left_alone"] == 1


def test_one_bad_file_hides_no_other(repository: Repository) -> None:
    repository.commit({"contracts/bad.yaml": "dataset_id: {", USERS: breaking("2.0.0")})
    outcome = repository.check()
    assert outcome.code == 1
    assert sorted(outcome.kinds) == ["contract_invalid", "field_removed"]
