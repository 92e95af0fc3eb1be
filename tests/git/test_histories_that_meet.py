"""Histories that meet more than once: criss-crosses, squash-merged parents, and branches that are stacked."""

from __future__ import annotations

import sys

import pytest
from repositories import USERS, Repository, breaking, contract

DCR = f"{sys.executable} -P -m dcr"
ORDERS = "contracts/orders.yaml"
ENTRY = (
    'accepted:\n  - {dataset: users.daily_active, version: "2.0.0", kind: field_removed, field: ltv, reason: unused}\n'
)
COUNTRY = "  - {name: country, type: string, required: false}"
NATION = "  - {name: nation, type: string, required: false}"


def orders(version: str = "1.0.0", **facts: str) -> str:
    return contract("shop.orders", version, **facts)


def criss_crossed(repository: Repository, ours: dict[str, str], theirs: dict[str, str]) -> tuple[str, str]:
    """Let `main` and `feature` merge each other's commit; return both merge bases, that of `main` first."""
    feature = repository.commit({"a.txt": "feature", **ours})
    repository.git("checkout", "-q", "main")
    main = repository.commit({"b.txt": "main", **theirs})
    repository.git("merge", "-q", "--no-ff", "-m", "merge", feature)
    repository.git("checkout", "-q", "feature")
    repository.git("merge", "-q", "--no-ff", "-m", "merge", main)
    assert set(repository.git("merge-base", "--all", "main", "feature").split()) == {main, feature}
    return main, feature


def test_a_break_against_both_merge_bases_is_one_issue(repository: Repository) -> None:
    both = criss_crossed(repository, {}, {})
    assert repository.check().code == 0
    repository.commit({USERS: breaking("2.0.0")})
    for side in ((), ("--staged",), ("--head", "feature")):
        outcome = repository.check(*side)
        assert (outcome.code, outcome.kinds) == (1, ["field_removed"])
        base = outcome.report["base"]
        assert set(base["merge_bases"]) == set(both)
        assert base["merge_base"] == base["merge_bases"][0]
        assert f"compared with merge base {base['merge_base'][:10]}" in outcome.issues[0]["message"]
    said = repository.dcr("check", "--format", "text")
    assert said.out.count("field_removed") == 1
    assert "merge bases " in said.err


@pytest.mark.parametrize("side", ["main", "feature"])
def test_a_break_against_one_of_them_names_that_one(repository: Repository, side: str) -> None:
    added = {USERS: contract(version="1.1.0", more=COUNTRY)}
    main, feature = criss_crossed(repository, *(({}, added) if side == "main" else (added, {})))
    assert repository.check().code == 0
    repository.commit({USERS: contract(version="2.0.0")})
    outcome = repository.check()
    assert (outcome.code, outcome.kinds) == (1, ["field_removed"])
    broken = main if side == "main" else feature
    (issue,) = outcome.issues
    assert f"compared with merge base {broken[:10]}" in issue["message"]
    assert issue["previous_location"]["commit"] == broken
    (changed,) = outcome.report["contracts"]
    assert changed["previous"] == {"version": "1.1.0", "commit": broken}


@pytest.mark.parametrize("side", ["main", "feature"])
def test_a_break_that_both_branches_hold_by_now_is_no_issue(repository: Repository, side: str) -> None:
    accepted = {USERS: breaking("2.0.0"), "dcr.accepted.yaml": ENTRY}
    criss_crossed(repository, *(({}, accepted) if side == "main" else (accepted, {})))
    outcome = repository.check()
    assert (outcome.code, outcome.issues) == (0, [])


def test_a_removed_contract_is_one_issue_too(repository: Repository) -> None:
    criss_crossed(repository, {}, {ORDERS: orders()})
    repository.commit({ORDERS: None, USERS: None})
    outcome = repository.check()
    assert outcome.kinds == ["contract_removed", "contract_removed"]


def test_an_acceptance_counts_against_each_merge_base(repository: Repository) -> None:
    _main, _feature = criss_crossed(repository, {}, {USERS: contract(version="1.1.0", more=COUNTRY)})
    entry = ENTRY.replace("ltv", "country")
    repository.commit({USERS: contract(version="2.0.0"), "dcr.accepted.yaml": entry})
    outcome = repository.check()
    assert (outcome.code, outcome.kinds) == (0, ["field_removed"])
    assert outcome.issues[0]["accepted"]
    repository.commit({"dcr.accepted.yaml": entry.replace("country", "nation")})
    assert sorted(repository.check().kinds) == ["acceptance_unused", "field_removed"]


def test_what_is_shown_beside_an_issue_is_the_text_of_its_merge_base(repository: Repository) -> None:
    criss_crossed(repository, {}, {USERS: contract(version="1.1.0", more=COUNTRY)})
    repository.commit({USERS: contract(version="2.0.0")})
    page = repository.dcr("check", "--format", "html").out
    assert "country" in page


def test_a_push_of_a_criss_crossed_branch_is_judged(repository: Repository) -> None:
    criss_crossed(repository, {}, {})
    repository.commit({USERS: breaking("2.0.0")})
    repository.git("clone", "-q", "--bare", "--template=", str(repository.folder), "server.git", cwd=repository.root)
    line = f"{'0' * 40} {repository.git('rev-parse', 'feature')} refs/heads/feature\n"
    server = repository.root / "server.git"
    ended = repository.shell(
        f"cd {server} && printf '{line}' | {DCR} hook pre-receive --default-branch main --format text"
    )
    assert (ended.returncode, ended.stdout.count("[field_removed]")) == (1, 1), ended


def test_a_diff_against_two_merge_bases_asks_which(repository: Repository) -> None:
    main, feature = criss_crossed(repository, {}, {})
    outcome = repository.dcr("diff")
    assert outcome.code == 2
    assert "2 merge bases" in outcome.err
    assert main[:12] in outcome.err or feature[:12] in outcome.err


def squash_merged(repository: Repository, parent: str = "parent") -> None:
    """Put what a branch holds on `main` as one commit, after another one."""
    here = repository.git("symbolic-ref", "--short", "HEAD")
    repository.git("checkout", "-q", "main")
    repository.commit({"meanwhile.txt": "x"})
    repository.git("merge", "-q", "--squash", parent)
    repository.commit()
    assert repository.git("merge-base", "main", parent) != repository.git("rev-parse", parent)
    repository.git("checkout", "-q", here)


@pytest.fixture
def stacked(repository: Repository) -> Repository:
    """The branch `parent` with an accepted break, and the branch `child` that grew from it."""
    repository.branch("parent")
    repository.commit({USERS: breaking("2.0.0"), "dcr.accepted.yaml": ENTRY})
    repository.branch("child")
    repository.commit({"child.txt": "x"})
    return repository


def test_a_squash_merged_parent_s_break_is_not_the_child_s(stacked: Repository) -> None:
    squash_merged(stacked)
    outcome = stacked.check()
    assert (outcome.code, outcome.issues) == (0, [])
    assert outcome.report["base"]["merge_base"] != outcome.report["base"]["commit"]


def test_nor_once_the_child_goes_on_from_it(stacked: Repository) -> None:
    stacked.commit({USERS: breaking("2.1.0", more=COUNTRY)})
    assert stacked.check().kinds[:1] == ["field_removed"]  # nothing accepts it for that version
    squash_merged(stacked)
    outcome = stacked.check()
    assert (outcome.code, outcome.issues) == (0, [])
    (changed,) = outcome.report["contracts"]
    assert (changed["required_bump"], changed["actual_bump"]) == ("minor", "minor")


def test_the_child_s_own_break_is_found(stacked: Repository) -> None:
    squash_merged(stacked)
    stacked.commit({USERS: contract(version="3.0.0", without=["ltv", "plan"])})
    outcome = stacked.check()
    assert [(each["kind"], each["field"]) for each in outcome.issues] == [("field_removed", "plan")]


def test_a_further_break_of_the_same_field_is_found(repository: Repository) -> None:
    repository.branch("parent")
    repository.commit({USERS: contract(version="2.0.0").replace("[free, pro]", "[pro, team]")})
    repository.branch("child")
    squash_merged(repository)
    assert repository.check().issues == []
    repository.commit({USERS: contract(version="3.0.0").replace("[free, pro]", "[team]")})
    assert repository.check().kinds == ["field_enum_shrunk"]


def test_content_under_the_version_that_main_has_by_now_is_found(stacked: Repository) -> None:
    squash_merged(stacked)
    stacked.commit({USERS: breaking("2.0.0", more=COUNTRY)})
    assert stacked.check().kinds == ["version_already_published"]


def test_a_squash_merged_removal_is_not_the_child_s(repository: Repository) -> None:
    repository.git("checkout", "-q", "main")
    repository.commit({ORDERS: orders()})
    repository.branch("parent")
    repository.commit({ORDERS: None})
    repository.branch("child")
    assert repository.check().kinds == ["contract_removed"]
    squash_merged(repository)
    assert repository.check().issues == []
    repository.commit({USERS: None})
    outcome = repository.check()
    assert [each["dataset_id"] for each in outcome.report["contracts"]] == ["users.daily_active"]


def test_a_removal_is_the_child_s_where_main_only_moved_the_contract(repository: Repository) -> None:
    repository.commit({USERS: None})
    for moved in ("contracts/moved/users.yaml", "models/users.yaml"):
        repository.git("checkout", "-q", "main")
        repository.git("reset", "-q", "--hard", "feature~1")
        repository.commit({USERS: None, moved: contract()})
        repository.git("checkout", "-q", "feature")
        assert repository.check().kinds == ["contract_removed"]


def test_a_squash_merged_policy_is_not_the_child_s_edit(repository: Repository) -> None:
    repository.branch("parent")
    repository.commit({"dcr.toml": 'mode = "none"\n'})
    repository.branch("child")
    assert repository.check().kinds == ["policy_changed"]
    squash_merged(repository)
    outcome = repository.check()
    assert outcome.issues == []
    repository.commit({USERS: breaking("2.0.0")})
    assert repository.check().issues == []  # by the policy that main has by now
    repository.commit({"dcr.toml": 'mode = "none"\ndraft = "warn"\n'})
    assert repository.check().kinds[-1:] == ["policy_changed"]


def test_a_transitive_mode_does_not_blame_the_child_either(
    repository: Repository, tmp_path_factory: pytest.TempPathFactory
) -> None:
    repository.git("checkout", "-q", "main")
    repository.commit({USERS: contract(version="1.1.0", more=COUNTRY)})
    repository.branch("parent")
    repository.commit({USERS: breaking("2.0.0"), "dcr.accepted.yaml": ENTRY})
    repository.branch("child")
    repository.commit({USERS: breaking("2.1.0", more=NATION)})
    asked = ("--mode", "backward_transitive")
    variables = {"XDG_CACHE_HOME": str(tmp_path_factory.mktemp("cache"))}
    assert {each["field"] for each in repository.check(*asked, **variables).issues} == {"ltv", "country", None}
    squash_merged(repository)
    assert repository.check(*asked, **variables).issues == []


def test_a_base_that_took_its_break_back_does_not_excuse_the_child(stacked: Repository) -> None:
    squash_merged(stacked)
    stacked.git("checkout", "-q", "main")
    stacked.commit({USERS: contract(version="3.0.0")})
    stacked.git("checkout", "-q", "child")
    assert "field_removed" in stacked.check().kinds


def test_a_child_is_judged_against_its_parent_alone(stacked: Repository) -> None:
    assert stacked.check("--base", "parent").issues == []
    assert stacked.check(DCR_BASE="parent").issues == []
    stacked.commit({USERS: contract(version="3.0.0", without=["ltv", "plan"])})
    for outcome in (stacked.check("--base", "parent"), stacked.check(DCR_BASE="parent")):
        assert [(each["kind"], each["field"]) for each in outcome.issues] == [("field_removed", "plan")]


def test_a_parent_that_was_rewritten_keeps_its_break(stacked: Repository) -> None:
    stacked.git("checkout", "-q", "parent")
    stacked.git("commit", "-q", "--amend", "-m", "another message")
    stacked.commit({"parent.txt": "x"})
    stacked.git("checkout", "-q", "child")
    assert stacked.check("--base", "parent").issues == []
    stacked.commit({USERS: contract(version="3.0.0", without=["ltv", "plan"])})
    assert [each["field"] for each in stacked.check("--base", "parent").issues] == ["plan"]


def test_a_file_that_main_has_as_it_is_proposed_is_not_judged(repository: Repository) -> None:
    """Not even one that is no contract: nobody accepts that, and merging the branch changes nothing about it."""
    repository.branch("parent")
    repository.commit({ORDERS: "dataset_id: shop.orders\nversion: one\n", USERS: "dataset_id: ["})
    repository.branch("child")
    assert set(repository.check().kinds) == {"contract_invalid"}
    squash_merged(repository)
    outcome = repository.check()
    assert (outcome.code, outcome.report["contracts"]) == (0, [])
    repository.write(ORDERS, "dataset_id: shop.orders\nversion: two\n")
    assert set(repository.check().kinds) == {"contract_invalid"}
    repository.git("add", "-A")
    assert set(repository.check("--staged").kinds) == {"contract_invalid"}


def test_a_dataset_that_moved_elsewhere_is_compared_all_the_same(repository: Repository) -> None:
    """`main` put another dataset into its file by now, as the branch did, but moved it to another place."""
    repository.branch("parent")
    repository.commit({USERS: contract("users.weekly"), "contracts/old.yaml": contract()})
    repository.branch("child")
    squash_merged(repository)
    repository.commit({"contracts/old.yaml": None, "contracts/mine.yaml": breaking("2.0.0")})
    assert "field_removed" in repository.check().kinds
