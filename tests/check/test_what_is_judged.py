"""Checks which side and files a check reads: working tree, index or commit, and the given paths."""

from __future__ import annotations

import json
import os

import pytest
from repositories import USERS, Outcome, Repository, breaking, contract

BROKEN = ["field_removed"]


def test_an_untracked_contract_is_judged(repository: Repository) -> None:
    repository.write("contracts/new.yaml", contract("team.new", "one"))
    outcome = repository.check()
    assert outcome.code == 1
    assert outcome.kinds == ["contract_invalid"]
    assert outcome.report["head"] == "worktree"
    assert outcome.report["summary"]["contracts"] == 2


def test_an_ignored_file_is_no_part_of_the_change(repository: Repository) -> None:
    repository.write(".gitignore", "scratch.yaml\n")
    repository.write("contracts/scratch.yaml", "dataset_id: [")
    outcome = repository.check()
    assert outcome.code == 0
    assert outcome.report["summary"]["contracts"] == 1


def test_a_contract_added_with_intent_only_is_judged_as_it_lies_there(repository: Repository) -> None:
    repository.write("contracts/new.yaml", contract("team.new", "one"))
    repository.git("add", "-N", "contracts/new.yaml")
    assert repository.check().kinds == ["contract_invalid"]


def test_staged_judges_the_index_and_not_the_working_tree(repository: Repository) -> None:
    repository.write(USERS, breaking("2.0.0"))
    assert repository.check("--staged").issues == []
    repository.git("add", "-A")
    repository.write(USERS, contract())
    staged = repository.check("--staged")
    assert (staged.code, staged.kinds) == (1, BROKEN)
    assert staged.report["head"] == "index"
    assert repository.check().code == 0


def test_staged_sees_a_file_that_is_only_in_the_index(repository: Repository) -> None:
    repository.write("contracts/copy.yaml", contract())
    repository.git("add", "-A")
    (repository.folder / "contracts/copy.yaml").unlink()
    assert repository.check("--staged").kinds == ["dataset_id_duplicated"]
    assert repository.check().issues == []


def test_staged_sees_a_removal_that_is_only_in_the_index(repository: Repository) -> None:
    repository.git("rm", "-q", "--cached", USERS)
    assert repository.check("--staged").kinds == ["contract_removed"]


def test_head_judges_a_commit_whatever_the_working_tree_holds(repository: Repository) -> None:
    repository.commit({USERS: breaking("2.0.0")})
    repository.write(USERS, contract())
    repository.write("contracts/new.yaml", "dataset_id: [")
    for name in ("HEAD", "feature", repository.git("rev-parse", "HEAD")):
        outcome = repository.check("--head", name)
        assert (outcome.code, outcome.kinds) == (1, BROKEN)
        assert outcome.report["head"] == name
    assert repository.check("--head", "main").issues == []


def test_head_and_staged_exclude_each_other(repository: Repository) -> None:
    repository.check("--head", "HEAD", "--staged").says("cannot be used with")


def test_a_bare_repository_is_judged_by_commit(repository: Repository) -> None:
    repository.commit({USERS: breaking("2.0.0")})
    repository.git("clone", "-q", "--bare", "--template=", str(repository.folder), "server.git", cwd=repository.root)
    server = Repository(repository.root, "server.git", init=None)
    outcome = server.check("--base", "main", "--head", "feature")
    assert (outcome.code, outcome.kinds) == (1, BROKEN)
    server.check("--base", "main").says("bare", "--head REF")
    server.check("--base", "main", "--staged").says("bare", "--head REF")
    only = server.check("--base", "main", "--head", "feature", "contracts")
    assert only.kinds == BROKEN


@pytest.mark.parametrize("folder", ["contracts", "contracts/deep/er", "elsewhere"])
def test_a_subfolder_sees_the_whole_repository(repository: Repository, folder: str) -> None:
    repository.commit({USERS: breaking("2.0.0")})
    (repository.folder / folder).mkdir(parents=True, exist_ok=True)
    outcome = repository.check(cwd=repository.folder / folder)
    assert (outcome.code, outcome.kinds) == (1, BROKEN)
    assert outcome.issues[0]["location"]["path"] == USERS


@pytest.fixture
def two(repository: Repository) -> Repository:
    """A repository with two broken contracts in two folders, and one elsewhere."""
    repository.git("checkout", "-q", "main")
    repository.commit({"contracts/b/other.yaml": contract("team.other"), "models/far.yaml": contract("team.far")})
    repository.branch("second")
    changed = {"contracts/b/other.yaml": "team.other", "models/far.yaml": "team.far", USERS: "users.daily_active"}
    repository.commit({path: contract(name, "2.0.0", without=["ltv"]) for path, name in changed.items()})
    return repository


def datasets(outcome: Outcome) -> list[str]:
    return [each["dataset_id"] for each in outcome.report["contracts"]]


@pytest.mark.parametrize(
    ("cwd", "paths", "expected"),
    [
        (".", [], ["team.other", "users.daily_active", "team.far"]),
        (".", ["contracts/b"], ["team.other"]),
        (".", ["contracts/b/"], ["team.other"]),
        (".", ["contracts/b/other.yaml"], ["team.other"]),
        (".", ["contracts"], ["team.other", "users.daily_active"]),
        (".", ["contracts/b", USERS], ["team.other", "users.daily_active"]),
        (".", ["models"], ["team.far"]),
        (".", ["models/far.yaml"], ["team.far"]),
        (".", ["."], ["team.other", "users.daily_active", "team.far"]),
        ("contracts", ["b"], ["team.other"]),
        ("contracts/b", [".."], ["team.other", "users.daily_active"]),
        ("contracts/b", ["../users.yaml"], ["users.daily_active"]),
    ],
)
def test_paths_narrow_what_is_judged(two: Repository, cwd: str, paths: list[str], expected: list[str]) -> None:
    outcome = two.check(*paths, cwd=two.folder / cwd)
    assert outcome.code == 1
    assert datasets(outcome) == expected


def test_a_path_names_the_contract_on_either_side(repository: Repository) -> None:
    repository.commit({USERS: None, "contracts/moved.yaml": breaking("2.0.0")})
    for path in (USERS, "contracts/moved.yaml"):
        assert repository.check(path).kinds == BROKEN


def test_a_deleted_contract_is_judged_by_its_path(repository: Repository) -> None:
    repository.commit({USERS: None})
    assert repository.check(USERS).kinds == ["contract_removed"]


@pytest.mark.parametrize(
    ("path", "word"), [("contracts/nope.yaml", "does not exist"), ("../outside", "outside"), ("/etc/passwd", "outside")]
)
def test_a_path_that_is_not_there_is_never_a_pass(repository: Repository, path: str, word: str) -> None:
    repository.check(path).says(word)


def test_a_path_through_a_linked_folder_is_the_file_itself(repository: Repository) -> None:
    repository.commit({USERS: breaking("2.0.0")})
    os.symlink(repository.folder / "contracts", repository.root / "link")
    assert repository.check(str(repository.root / "link/users.yaml")).kinds == BROKEN


@pytest.mark.parametrize(
    ("mode", "kinds"),
    [
        ("backward", ["field_enum_shrunk"]),
        ("forward", []),
        ("full", ["field_enum_shrunk"]),
        ("none", []),
    ],
)
def test_mode_says_what_is_protected(repository: Repository, mode: str, kinds: list[str]) -> None:
    repository.commit({USERS: contract(version="2.0.0").replace("[free, pro]", "[pro]")})
    outcome = repository.check("--mode", mode)
    assert outcome.kinds == kinds
    assert outcome.report["contracts"][0]["mode"] == mode
    assert outcome.code == bool(kinds)


@pytest.mark.parametrize(
    ("fail_on", "error", "warning", "fine"),
    [("error", 1, 0, 0), ("warning", 1, 1, 0), ("never", 0, 0, 0), (None, 1, 0, 0)],
)
def test_fail_on_decides_the_exit_code(
    repository: Repository, fail_on: str | None, error: int, warning: int, fine: int
) -> None:
    arguments = ["--fail-on", fail_on] if fail_on else []
    assert repository.check(*arguments).code == fine
    repository.write(USERS, contract(version="1.0.1", more="  - {name: country, type: string, required: false}"))
    outcome = repository.check(*arguments)
    assert [each["severity"] for each in outcome.issues] == ["warning"]
    assert outcome.code == warning
    repository.write(USERS, breaking("2.0.0"))
    assert repository.check(*arguments).code == error


@pytest.mark.parametrize("option", ["--mode", "--fail-on", "--policy-from", "--format", "--color"])
def test_an_option_s_unknown_value_is_said_before_anything_is_checked(repository: Repository, option: str) -> None:
    outcome = repository.dcr("check", option, "bakward")
    outcome.says("bakward")


def test_output_goes_to_the_file_that_is_named(repository: Repository) -> None:
    repository.commit({USERS: breaking("2.0.0")})
    outcome = repository.check("--output", "../report.json", writes=("report.json",))
    assert outcome.code == 1
    assert outcome.out == ""
    written = json.loads((repository.root / "report.json").read_text("utf-8"))
    assert written["contracts"][0]["issues"][0]["kind"] == "field_removed"
    repository.check("--output", "no/such/folder/report.json").says("cannot write")


def test_no_contract_at_all_is_said_and_may_be_an_error(repository: Repository) -> None:
    repository.git("checkout", "-q", "main")
    repository.commit({USERS: None})
    outcome = repository.check()
    assert outcome.code == 0
    assert "no contract found" in outcome.err
    repository.check("--require-contracts").says("no contract found")
