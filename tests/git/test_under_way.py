"""A merge, a rebase, a cherry-pick or a revert under way: a branch is not to blame for what the base holds."""

from __future__ import annotations

import contextlib
import sys

import pytest
from repositories import USERS, Repository, breaking, contract

ORDERS, NOTES = "contracts/orders.yaml", "notes.txt"
ENTRY = (
    'accepted:\n  - {dataset: users.daily_active, version: "2.0.0", kind: field_removed, field: ltv, reason: unused}\n'
)
SIDES = pytest.mark.parametrize("side", [(), ("--staged",)], ids=["working tree", "index"])
CLEAN, BROKEN = [], ["field_removed"]


def orders(version: str = "1.0.0", **facts: str) -> str:
    return contract("shop.orders", version, **facts)


def on_main(repository: Repository, files: dict[str, str | bytes | None]) -> str:
    """Commit on `main`, and go back to the branch."""
    here = repository.git("symbolic-ref", "--short", "HEAD")
    repository.git("checkout", "-q", "main")
    made = repository.commit(files)
    repository.git("checkout", "-q", here)
    return made


def stopped(repository: Repository, *command: str, **more: str) -> None:
    """Run a command of git that stops in the middle, at a conflict for one."""
    with contextlib.suppress(AssertionError):
        repository.git(*command, **more)


def resolved(repository: Repository, files: dict[str, str]) -> None:
    for path, text in files.items():
        repository.write(path, text)
    repository.git("add", "-A")


@SIDES
def test_a_merge_of_main_is_not_blamed_for_a_break_that_main_accepted(
    repository: Repository, side: tuple[str, ...]
) -> None:
    repository.commit({NOTES: "ours"})
    on_main(repository, {USERS: breaking("2.0.0"), "dcr.accepted.yaml": ENTRY})
    repository.git("merge", "-q", "--no-commit", "main")
    outcome = repository.check(*side)
    assert (outcome.code, outcome.kinds) == (0, CLEAN)
    assert outcome.report["base"]["merge_base"] == repository.git("rev-parse", "main")


@SIDES
def test_nor_for_one_that_main_did_not_accept(repository: Repository, side: tuple[str, ...]) -> None:
    repository.commit({NOTES: "ours"})
    on_main(repository, {USERS: breaking("1.1.0")})
    repository.git("merge", "-q", "--no-commit", "main")
    assert repository.check(*side).kinds == CLEAN


@SIDES
def test_the_branch_s_own_break_is_found_while_main_is_merged(repository: Repository, side: tuple[str, ...]) -> None:
    on_main(repository, {ORDERS: orders()})
    repository.git("merge", "-q", "--ff-only", "main")
    repository.commit({ORDERS: orders("2.0.0", without=["ltv"]), NOTES: "ours"})
    on_main(repository, {USERS: breaking("2.0.0"), "dcr.accepted.yaml": ENTRY, NOTES: "theirs"})
    stopped(repository, "merge", "-q", "main")
    resolved(repository, {NOTES: "both"})
    outcome = repository.check(*side)
    assert (outcome.code, outcome.kinds) == (1, BROKEN)
    assert [each["dataset_id"] for each in outcome.report["contracts"]] == ["shop.orders"]


def test_so_is_a_break_that_the_resolution_of_a_conflict_makes(repository: Repository) -> None:
    repository.commit({USERS: contract(version="1.1.0", more="description: ours")})
    on_main(repository, {USERS: contract(version="1.2.0", more="description: theirs")})
    stopped(repository, "merge", "-q", "main")
    resolved(repository, {USERS: breaking("2.0.0")})
    outcome = repository.check("--staged")
    assert outcome.kinds == BROKEN
    assert outcome.issues[0]["against"] == "1.2.0"


@SIDES
def test_an_octopus_brings_each_of_its_heads(repository: Repository, side: tuple[str, ...]) -> None:
    repository.commit({NOTES: "ours"})
    repository.branch("other", "main")
    repository.commit({"other.txt": "other"})
    repository.git("checkout", "-q", "feature")
    on_main(repository, {USERS: breaking("1.1.0")})
    repository.git("merge", "-q", "--no-commit", "other", "main")
    assert len((repository.folder / ".git/MERGE_HEAD").read_text().split()) == 2
    assert repository.check(*side).kinds == CLEAN


def test_a_merge_of_another_branch_brings_its_breaks(repository: Repository) -> None:
    repository.commit({NOTES: "ours"})
    on_main(repository, {"a.txt": "main"})
    repository.branch("other", "main")
    repository.commit({USERS: breaking("2.0.0")})
    repository.git("checkout", "-q", "feature")
    repository.git("merge", "-q", "--no-commit", "other")
    outcome = repository.check()
    assert outcome.kinds == BROKEN
    assert outcome.report["base"]["merge_base"] == repository.git("rev-parse", "main")


def test_a_merge_into_main_is_judged_against_main(repository: Repository) -> None:
    repository.commit({USERS: breaking("2.0.0")})
    repository.git("checkout", "-q", "main")
    repository.git("merge", "-q", "--no-ff", "--no-commit", "feature")
    assert repository.check("--staged").kinds == BROKEN


def test_a_merge_in_a_linked_worktree_is_that_worktree_s_own(repository: Repository) -> None:
    repository.commit({NOTES: "ours"})
    on_main(repository, {USERS: breaking("1.1.0")})
    repository.git("worktree", "add", "-q", "-b", "linked", "../linked", "feature")
    linked = Repository(repository.root, "linked", init=None)
    linked.git("merge", "-q", "--no-commit", "main")
    assert linked.check("--staged").kinds == CLEAN
    assert repository.check().report["base"]["merge_base"] == repository.git("rev-parse", "main~1")


@pytest.mark.parametrize("hook", ["pre-commit", "pre-merge-commit"])
@pytest.mark.parametrize("broken", [False, True])
def test_git_merge_main_with_the_hook_installed(repository: Repository, hook: str, *, broken: bool) -> None:
    repository.commit({ORDERS: orders(), NOTES: "ours"})
    repository.git("update-ref", "refs/heads/main", "feature")
    repository.commit({"ours.txt": "ours", **({ORDERS: orders("2.0.0", without=["ltv"])} if broken else {})})
    theirs = {"notes.txt": "theirs"} if hook == "pre-commit" else {}
    on_main(repository, {USERS: breaking("1.1.0"), **theirs})
    if hook == "pre-commit":
        repository.commit({NOTES: "mine"})
    script = repository.folder / ".git/hooks" / hook
    script.parent.mkdir(exist_ok=True)
    script.write_text(f"#!/bin/sh\nexec {sys.executable} -P -m dcr check --staged\n")
    script.chmod(0o755)
    head = repository.git("rev-parse", "HEAD")
    stopped(repository, "merge", "-q", "--no-ff", "--no-edit", "main")
    if hook == "pre-commit":
        resolved(repository, {NOTES: "both"})
        stopped(repository, "commit", "-q", "-m", "merge")
    assert (repository.git("rev-parse", "HEAD") == head) is broken


@pytest.mark.parametrize("content", ["", "main\n", "0" * 39])
def test_a_merge_that_does_not_say_what_it_merges_is_not_judged(broken: Repository, content: str) -> None:
    (broken.folder / ".git/MERGE_HEAD").write_text(content)
    broken.check().says("MERGE_HEAD", "git merge --abort")
    assert broken.check("--head", "HEAD").code == 1


def test_a_merge_of_a_commit_that_is_not_here_is_not_judged(broken: Repository) -> None:
    (broken.folder / ".git/MERGE_HEAD").write_text("1" * 40 + "\n")
    broken.check().says("1111111")


@SIDES
def test_a_squash_merge_of_main_is_not_blamed_either(repository: Repository, side: tuple[str, ...]) -> None:
    repository.commit({NOTES: "ours"})
    on_main(repository, {USERS: breaking("2.0.0"), "dcr.accepted.yaml": ENTRY, "dcr.toml": 'mode = "backward"\n'})
    repository.git("merge", "-q", "--squash", "main")
    assert not (repository.folder / ".git/MERGE_HEAD").exists()
    assert repository.check(*side).kinds == CLEAN
    repository.git("commit", "-q", "-m", "squashed")
    assert repository.check("--head", "HEAD").kinds == CLEAN


@SIDES
@pytest.mark.parametrize("broken", [False, True])
def test_a_rebase_onto_main_that_stopped(repository: Repository, side: tuple[str, ...], *, broken: bool) -> None:
    repository.commit({ORDERS: orders(), NOTES: "base"})
    repository.git("update-ref", "refs/heads/main", "feature")
    mine = {ORDERS: orders("2.0.0", without=["ltv"])} if broken else {"x.txt": "x"}
    repository.commit({NOTES: "ours", **mine})
    on_main(repository, {USERS: breaking("1.1.0"), NOTES: "theirs"})
    stopped(repository, "rebase", "-q", "main")
    assert (repository.folder / ".git/rebase-merge").is_dir()
    resolved(repository, {NOTES: "both"})
    assert repository.check(*side).kinds == (BROKEN if broken else CLEAN)


@SIDES
@pytest.mark.parametrize("backend", ["--merge", "--apply"])
def test_a_rebase_of_the_base_branch_is_judged_against_what_it_goes_onto(
    repository: Repository, side: tuple[str, ...], backend: str
) -> None:
    repository.git("checkout", "-q", "main")
    repository.commit({NOTES: "base"})
    repository.branch("upstream")
    theirs = repository.commit({USERS: breaking("1.1.0"), NOTES: "theirs"})
    repository.git("checkout", "-q", "main")
    repository.commit({NOTES: "ours"})
    stopped(repository, "rebase", "-q", backend, "upstream")
    resolved(repository, {NOTES: "both"})
    outcome = repository.check(*side)
    assert outcome.kinds == CLEAN
    assert (outcome.report["base"]["ref"], outcome.report["base"]["merge_base"]) == ("main", theirs)
    resolved(repository, {USERS: contract(version="1.2.0", without=["plan", "ltv"])})
    assert repository.check(*side).kinds[:1] == BROKEN


@SIDES
def test_an_interactive_rebase_that_stopped_to_edit(repository: Repository, side: tuple[str, ...]) -> None:
    repository.commit({ORDERS: orders()})
    repository.commit({NOTES: "ours"})
    on_main(repository, {USERS: breaking("1.1.0")})
    stopped(repository, "rebase", "-q", "-i", "main", GIT_SEQUENCE_EDITOR="sed -i 's/^pick/edit/'")
    assert (repository.folder / ".git/rebase-merge").is_dir()
    assert repository.check(*side).kinds == CLEAN
    resolved(repository, {USERS: contract(version="1.2.0", without=["plan", "ltv"])})
    assert repository.check(*side).kinds[:1] == BROKEN


@SIDES
@pytest.mark.parametrize("more", [False, True])
def test_a_cherry_pick_of_a_commit_of_main(repository: Repository, side: tuple[str, ...], *, more: bool) -> None:
    repository.commit({NOTES: "ours"})
    picked = on_main(repository, {USERS: breaking("2.0.0"), "dcr.accepted.yaml": ENTRY, NOTES: "theirs"})
    stopped(repository, "cherry-pick", picked)
    assert (repository.folder / ".git/CHERRY_PICK_HEAD").is_file()
    resolved(repository, {NOTES: "both"})
    if more:
        resolved(repository, {USERS: contract(version="3.0.0", without=["plan", "ltv"])})
    outcome = repository.check(*side)
    assert [each["field"] for each in outcome.issues] == (["plan"] if more else [])


def test_a_cherry_pick_of_another_branch_s_commit_is_the_branch_s_own(repository: Repository) -> None:
    repository.branch("other")
    picked = repository.commit({USERS: breaking("2.0.0")})
    repository.git("checkout", "-q", "feature")
    repository.git("cherry-pick", "--no-commit", picked)
    assert repository.check("--staged").kinds == BROKEN


def test_a_revert_is_the_branch_s_own_change(repository: Repository) -> None:
    wider = contract(version="1.1.0", more="  - {name: country, type: string, required: false}")
    added = on_main(repository, {USERS: wider, NOTES: "x"})
    repository.git("merge", "-q", "--ff-only", "main")
    repository.commit({NOTES: "ours"})
    stopped(repository, "revert", added)
    assert (repository.folder / ".git/REVERT_HEAD").is_file()
    resolved(repository, {NOTES: "both", USERS: contract()})
    outcome = repository.check("--staged")
    assert "field_removed" in outcome.kinds


def test_a_merge_in_a_shallow_clone_is_judged_where_its_merge_base_is_known(repository: Repository) -> None:
    repository.commit({NOTES: "ours"})
    repository.branch("other")
    repository.commit({"other.txt": "x"})
    on_main(repository, {USERS: breaking("1.1.0"), NOTES: "theirs"})
    url = f"file://{repository.folder}"
    repository.git("clone", "-q", "--depth=1", "--no-single-branch", "--template=", url, "clone", cwd=repository.root)
    clone = Repository(repository.root, "clone", init=None)
    clone.git("checkout", "-q", "feature")
    stopped(clone, "merge", "-q", "--no-commit", "--allow-unrelated-histories", "origin/main")
    resolved(clone, {NOTES: "both", USERS: breaking("1.1.0")})
    assert clone.check("--base", "origin/main").kinds == CLEAN
    clone.git("reset", "-q", "--hard")
    stopped(clone, "merge", "-q", "--no-commit", "--allow-unrelated-histories", "origin/other")
    clone.check("--base", "origin/main").says("shallow", "git fetch --unshallow")
