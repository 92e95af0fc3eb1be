"""Checks that an unreadable base is compared by its last readable version or reported, and never passes."""

from __future__ import annotations

import pytest
from repositories import USERS, Repository, breaking, contract

UNREADABLE = [
    pytest.param("dataset_id: users.daily_active\nversion: [\n", id="no YAML"),
    pytest.param(contract().replace("fields:", "feilds:"), id="a misspelt key"),
    pytest.param("<<<<<<< ours\n" + contract() + "=======\n>>>>>>> theirs\n", id="conflict markers"),
    pytest.param(
        "version https://git-lfs.github.com/spec/v1\noid sha256:" + "0" * 64 + "\nsize 3\n", id="an LFS pointer"
    ),
    pytest.param(contract() + "# " + "x" * 2_200_000, id="too large"),
    pytest.param(contract().encode("utf-16"), id="UTF-16"),
]


def with_base(repository: Repository, *texts: str | bytes, path: str = USERS) -> None:
    """Commit some versions of a contract on main, and go on on another branch."""
    repository.git("checkout", "-q", "main")
    for text in texts:
        repository.commit({path: text})
    repository.branch("second")


@pytest.mark.parametrize("text", UNREADABLE)
def test_the_last_readable_version_is_compared_with_instead(repository: Repository, text: str | bytes) -> None:
    with_base(repository, text)
    repository.commit({USERS: breaking("2.0.0")})
    outcome = repository.check()
    assert outcome.code == 1
    assert sorted(outcome.kinds) == ["field_removed", "previous_unreadable"]
    warning = next(each for each in outcome.issues if each["kind"] == "previous_unreadable")
    assert warning["severity"] == "warning"
    assert "compared with '1.0.0'" in warning["message"]


def test_several_unreadable_versions_are_passed_over(repository: Repository) -> None:
    with_base(repository, contract(version="1.5.0"), "dataset_id: [", "fields: {", "dataset_id: [ ")
    repository.commit({USERS: breaking("2.0.0")})
    outcome = repository.check()
    assert "compared with '1.5.0'" in str(outcome.issues)
    assert "field_removed" in outcome.kinds


def test_a_base_that_never_could_be_read_is_said_plainly(repository: Repository) -> None:
    path = "contracts/new.yaml"
    with_base(repository, "dataset_id: [", path=path)
    repository.commit({path: contract("team.new")})
    outcome = repository.check()
    assert outcome.code == 0
    assert outcome.kinds == ["previous_unreadable"]
    assert "nothing was compared" in outcome.issues[0]["message"]


def test_an_unreadable_base_that_the_change_does_not_touch_is_silent(repository: Repository) -> None:
    with_base(repository, "dataset_id: [")
    repository.commit({"notes.txt": "x"})
    assert repository.check().issues == []


@pytest.mark.parametrize("path", [USERS, "contracts/moved.yaml"])
def test_the_fallback_survives_a_configuration_that_changes_git_log(repository: Repository, path: str) -> None:
    repository.git("checkout", "-q", "main")
    if path != USERS:
        repository.commit({USERS: None, path: contract()})
    with_base(repository, "dataset_id: [", path=path)
    repository.commit({path: breaking("2.0.0")})
    for key, value in (
        ("log.showRoot", "false"), ("log.follow", "true"), ("log.diffMerges", "off"), ("diff.renames", "copies"),
        ("format.pretty", "fuller"), ("color.ui", "always"), ("core.abbrev", "7"), ("diff.noprefix", "true"),
    ):  # fmt: skip
        repository.git("config", key, value)
    assert sorted(repository.check().kinds) == ["field_removed", "previous_unreadable"]


def test_the_fallback_reads_the_history_of_that_file_and_of_no_other(repository: Repository) -> None:
    path = "contracts/[ab]*.yaml"
    with_base(repository, contract("team.glob"), path=path)
    repository.git("checkout", "-q", "main")
    repository.commit({path: "dataset_id: ["})
    repository.commit({"contracts/a.yaml": contract("team.glob-2", "9.0.0", without=["ltv"])})
    repository.branch("third")
    repository.commit({path: contract("team.glob", "2.0.0", without=["ltv"])})
    outcome = repository.check()
    assert sorted(outcome.kinds) == ["field_removed", "previous_unreadable"]
    assert "compared with '1.0.0'" in str(outcome.issues)


def test_a_merge_that_brought_the_unreadable_version_is_seen(repository: Repository) -> None:
    repository.git("checkout", "-q", "-b", "side", "main")
    repository.commit({USERS: "dataset_id: ["})
    repository.git("checkout", "-q", "main")
    repository.git("merge", "-q", "--no-ff", "-m", "merge", "side")
    repository.git("config", "log.diffMerges", "off")
    repository.branch("second")
    repository.commit({USERS: breaking("2.0.0")})
    assert sorted(repository.check().kinds) == ["field_removed", "previous_unreadable"]


def test_two_texts_too_large_to_read_are_not_the_same_for_their_beginning(repository: Repository) -> None:
    with_base(repository, contract() + "# " + "x" * 2_200_000)
    repository.commit({USERS: contract() + "# " + "x" * 2_200_000 + "y"})
    assert sorted(repository.check().kinds) == ["contract_invalid", "previous_unreadable"]


def test_a_link_in_the_history_is_not_read_as_a_contract(repository: Repository) -> None:
    path = "contracts/new.yaml"
    repository.git("checkout", "-q", "main")
    (repository.folder / path).symlink_to("dataset_id: team.new")
    repository.commit()
    (repository.folder / path).unlink()
    repository.commit({path: "dataset_id: ["})
    repository.branch("second")
    repository.commit({path: contract("team.new")})
    outcome = repository.check()
    assert outcome.kinds == ["previous_unreadable"]
    assert "nothing was compared" in outcome.issues[0]["message"]
