"""Checks version rules: a missing bump, an existing version, and versions of two branches."""

from __future__ import annotations

import pytest
from repositories import USERS, Repository, contract

WIDER = "  - {name: country, type: string, required: false}"


def only(repository: Repository, *arguments: str) -> dict:
    """Return the one issue of a run that ends with 1."""
    outcome = repository.check(*arguments)
    assert outcome.code == 1, outcome
    (issue,) = outcome.issues
    return issue


@pytest.mark.parametrize("version", ["1.0.0", "0.9.0"])
def test_a_change_without_a_greater_version_is_one_issue(repository: Repository, version: str) -> None:
    repository.commit({USERS: contract(version=version, more=WIDER)})
    issue = only(repository)
    assert issue["kind"] == "version_not_increasing"
    assert "1.1.0" in issue["hint"]
    assert issue["location"]["line"] == 2


def test_a_version_that_the_base_published_meanwhile_is_one_issue(repository: Repository) -> None:
    repository.commit({USERS: contract(version="1.1.0", more=WIDER)})
    repository.git("checkout", "-q", "main")
    repository.commit({USERS: contract(version="1.1.0", more="description: one row per user")})
    repository.git("checkout", "-q", "feature")
    issue = only(repository, "--base", "main")
    assert issue["kind"] == "version_already_published"
    assert "1.2.0" in issue["hint"]
    report = repository.check("--base", "main").report
    assert report["base"]["commit"] != report["base"]["merge_base"]


def test_the_same_change_on_both_sides_is_no_issue(repository: Repository) -> None:
    repository.commit({USERS: contract(version="1.1.0", more=WIDER)})
    repository.git("checkout", "-q", "main")
    repository.commit({USERS: contract(version="1.1.0", more=WIDER)})
    repository.git("checkout", "-q", "feature")
    outcome = repository.check("--base", "main")
    assert outcome.code == 0
    assert outcome.issues == []


def test_a_new_contract_that_the_base_added_meanwhile_with_other_content_is_one_issue(repository: Repository) -> None:
    repository.commit({"contracts/new.yaml": contract("team.new")})
    repository.git("checkout", "-q", "main")
    repository.commit({"contracts/elsewhere.yaml": contract("team.new", more=WIDER)})
    repository.git("checkout", "-q", "feature")
    assert only(repository, "--base", "main")["kind"] == "version_already_published"


def test_what_the_base_changed_meanwhile_is_not_this_change(repository: Repository) -> None:
    repository.git("checkout", "-q", "main")
    repository.commit({USERS: contract(version="2.0.0", without=["plan"])})
    repository.git("checkout", "-q", "feature")
    repository.commit({"notes.txt": "unrelated"})
    outcome = repository.check("--base", "main")
    assert outcome.code == 0
    assert outcome.report["contracts"] == []


def test_on_the_base_branch_itself_the_working_tree_is_compared_with_its_last_commit(repository: Repository) -> None:
    repository.git("checkout", "-q", "main")
    repository.write(USERS, contract(version="2.0.0", without=["plan"]))
    outcome = repository.check()
    assert outcome.code == 1
    assert outcome.report["base"]["commit"] == repository.git("rev-parse", "HEAD")
