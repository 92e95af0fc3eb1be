"""The base: names that are data, names that mean two things, and histories that lead to no single merge-base."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest
from repositories import USERS, Repository, breaking, contract

if TYPE_CHECKING:
    from pathlib import Path

FOUND = ["field_removed", "version_bump_insufficient"]


NO_REFS = [
    "--output=pwned", "--help", "-", "--", "-p", "--upload-pack=touch pwned", "main..feature", "main...feature", "..",
    "HEAD@{1}", "@{-1}", "main@{upstream}", "@", "main:contracts", ":/change", "main^{/change}", "main^{tree}", "^main",
    "ma*n", "ma?n", "[m]ain", "main feature", "main\nfeature", "main\x1b[2J", "main\x7f", "\x9b31m", "main\t", "", " ",
    "/main", "main/", "a//b", ".main", "main.", "main.lock", "ext::sh -c touch% pwned", "\\main", "x" * 2_000,
    os.fsdecode(b"\xff\xfe"), "refs/heads/main:refs/heads/x", "\u202emain", "main\u2028",
]  # fmt: skip


def refused(repository: Repository, *arguments: str, **more: str) -> None:
    outcome = repository.check(*arguments, **more)
    assert outcome.code == 2
    assert outcome.out == ""
    assert not (repository.folder / "pwned").exists()


@pytest.mark.parametrize("name", NO_REFS)
def test_a_name_that_is_no_ref_is_refused(broken: Repository, name: str) -> None:
    refused(broken, f"--base={name}")


@pytest.mark.parametrize("name", NO_REFS[::6])
def test_so_is_one_that_names_the_head_or_comes_from_the_environment(broken: Repository, name: str) -> None:
    refused(broken, f"--head={name}")
    refused(broken, DCR_BASE=name)


@pytest.mark.parametrize("name", ["main", "refs/heads/main", "heads/main", "HEAD~1", "feature^", "feature~1^0"])
def test_every_plain_way_to_name_a_commit_is_taken(broken: Repository, name: str) -> None:
    outcome = broken.check("--base", name)
    assert outcome.kinds == FOUND
    assert outcome.report["base"]["commit"] == broken.git("rev-parse", "main")


@pytest.mark.parametrize("length", [7, 12, 40])
def test_a_commit_id_names_the_base(broken: Repository, length: int) -> None:
    commit = broken.git("rev-parse", "main")
    outcome = broken.check("--base", commit[:length])
    assert outcome.kinds == FOUND
    assert outcome.report["base"]["commit"] == commit


def test_a_tag_names_the_base(broken: Repository) -> None:
    broken.git("tag", "v1", "main")
    broken.git("tag", "-a", "-m", "annotated", "v1-annotated", "main")
    for name in ("v1", "v1-annotated", "refs/tags/v1"):
        assert broken.check("--base", name).kinds == FOUND


@pytest.mark.parametrize("name", ["v-tree", "v-blob"])
def test_a_tag_of_something_that_is_no_commit_is_refused(broken: Repository, name: str) -> None:
    broken.git("tag", "v-tree", "main^{tree}")
    broken.git("tag", "v-blob", f"main:{USERS}")
    broken.check("--base", name).says(name, "is not a commit")


def test_a_base_that_does_not_exist_is_refused_with_the_fetch_that_brings_it(broken: Repository) -> None:
    for name in ("develop", "origin/develop", "refs/heads/develop", "refs/remotes/origin/develop"):
        broken.check("--base", name).says(name, "git fetch origin develop:refs/remotes/origin/develop")
    broken.check(DCR_BASE="develop").says("develop")
    broken.check("--base", "0" * 40).says("does not exist")
    broken.check("--head", "develop", "--base", "main").says("develop")


@pytest.mark.parametrize("warned", ["true", "false"])
def test_a_tag_that_shadows_the_base_is_refused_and_both_names_are_listed(broken: Repository, warned: str) -> None:
    broken.git("tag", "main", "feature")  # git would take the tag, and compare the head with itself
    broken.git("config", "core.warnAmbiguousRefs", warned)
    broken.check("--base", "main").says("'main'", "--base refs/heads/main", "--base refs/tags/main")
    assert broken.check("--base", "refs/heads/main").kinds == FOUND
    assert broken.check().kinds == FOUND
    broken.check("--head", "main", "--base", "refs/heads/main").says("'main'")


def test_a_branch_called_head_is_refused_and_named(broken: Repository) -> None:
    broken.git("update-ref", "refs/heads/HEAD", "main")
    broken.check("--base", "main").says("'HEAD'", "git branch -m HEAD")


def test_a_branch_named_like_an_option_is_data(broken: Repository) -> None:
    broken.git("update-ref", "refs/heads/--output=pwned", "main")
    broken.check("--base=--output=pwned").says("is not a valid ref")
    assert broken.check("--base", "refs/heads/--output=pwned").kinds == FOUND


def test_a_branch_named_like_a_commit_id_is_refused(broken: Repository) -> None:
    name = broken.git("rev-parse", "feature")[:10]
    broken.git("update-ref", f"refs/heads/{name}", "main")
    broken.check("--base", name).says(name, f"--base refs/heads/{name}")


def test_names_from_other_languages_are_taken(broken: Repository) -> None:
    broken.git("branch", "grün/主", "main")
    outcome = broken.check("--base", "grün/主")
    assert outcome.kinds == FOUND
    assert outcome.report["base"]["ref"] == "grün/主"


@pytest.mark.parametrize(
    ("refs", "expected", "source"),
    [
        (["refs/remotes/origin/main", "refs/remotes/origin/HEAD", "refs/heads/main"], "origin/main", "origin/HEAD"),
        (["refs/remotes/origin/trunk", "refs/remotes/origin/HEAD", "refs/heads/main"], "origin/trunk", "origin/HEAD"),
        (["refs/heads/main", "refs/heads/master"], "main", "main"),
        (["refs/heads/master", "refs/heads/develop"], "master", "master"),
    ],
)  # fmt: skip
def test_without_an_option_the_usual_branches_are_taken_in_order(
    broken: Repository, refs: list[str], expected: str, source: str
) -> None:
    start = broken.git("rev-parse", "main")
    broken.git("update-ref", "-d", "refs/heads/main")
    for ref in refs:
        if ref.endswith("HEAD"):
            broken.git("symbolic-ref", ref, refs[0])
        else:
            broken.git("update-ref", ref, start)
    outcome = broken.check()
    assert outcome.kinds == FOUND
    assert (outcome.report["base"]["ref"], outcome.report["base"]["source"]) == (expected, source)


def test_a_folder_of_branches_is_not_taken_for_one(broken: Repository) -> None:
    start = broken.git("rev-parse", "main")
    broken.git("update-ref", "-d", "refs/heads/main")
    broken.git("update-ref", "refs/heads/main/old", start)
    broken.git("update-ref", "refs/heads/master", start)
    assert broken.check().report["base"]["ref"] == "master"


def test_without_any_of_them_one_must_be_named(broken: Repository) -> None:
    broken.git("branch", "-m", "main", "develop")
    broken.check().says("nothing", "--base REF")
    assert broken.check("--base", "develop").kinds == FOUND


def test_dcr_base_gives_way_to_the_option(broken: Repository) -> None:
    assert broken.check(DCR_BASE="main").report["base"]["source"] == "DCR_BASE"
    assert broken.check("--base", "main", DCR_BASE="nope").report["base"]["source"] == "--base"


def test_the_only_branch_is_compared_with_its_last_commit(tmp_path: Path) -> None:
    repository = Repository(tmp_path)
    repository.commit({USERS: contract()})
    repository.git("branch", "-m", "main", "trunk")
    repository.write(USERS, breaking())
    outcome = repository.check()
    assert outcome.kinds == FOUND
    assert outcome.report["base"]["source"] == "HEAD"


def test_a_base_ahead_of_the_head_leaves_only_the_working_tree(broken: Repository) -> None:
    broken.git("checkout", "-q", "main")
    assert broken.check("--base", "feature").issues == []
    broken.write(USERS, contract(version="1.1.0", without=["plan"]))
    assert broken.check("--base", "feature").kinds == [FOUND[0], "version_already_published", FOUND[1]]
    broken.write(USERS, breaking())  # what the base has by now
    assert broken.check("--base", "feature").issues == []


def test_the_report_tells_base_and_merge_base_apart(broken: Repository) -> None:
    fork = broken.git("rev-parse", "main")
    broken.git("checkout", "-q", "main")
    tip = broken.commit({"notes.txt": "x"})
    broken.git("checkout", "-q", "feature")
    base = broken.check().report["base"]
    assert (base["commit"], base["merge_base"]) == (tip, fork)


def test_unrelated_histories_have_nothing_to_compare(broken: Repository) -> None:
    broken.git("checkout", "-q", "--orphan", "other")
    broken.commit()
    broken.check("--base", "main").says("no merge base", "--base REF")


def test_a_replaced_commit_or_blob_or_graft_does_not_change_what_is_compared(broken: Repository) -> None:
    main, feature = broken.git("rev-parse", "main"), broken.git("rev-parse", "feature")
    broken.git("replace", broken.git("rev-parse", f"main:{USERS}"), broken.git("rev-parse", f"feature:{USERS}"))
    assert broken.check().kinds == FOUND
    broken.git("replace", main, feature)
    assert broken.check().kinds == FOUND


def test_a_graft_does_not_change_the_history(broken: Repository) -> None:
    broken.commit({"notes.txt": "x"})
    broken.git("branch", "-f", "main", "HEAD~1")
    broken.git("update-ref", "refs/heads/older", "HEAD~2")
    (broken.folder / ".git/info").mkdir(exist_ok=True)
    (broken.folder / ".git/info/grafts").write_text(broken.git("rev-parse", "HEAD~1") + "\n")
    outcome = broken.check("--base", "older")
    assert outcome.kinds == FOUND
