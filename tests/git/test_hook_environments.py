"""Inside hooks: git sets GIT_DIR, GIT_INDEX_FILE and the rest, and dcr judges what is about to be committed."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from repositories import ROOT, USERS, Repository, breaking, contract

FOUND = ["field_removed", "version_bump_insufficient"]


def install(repository: Repository, name: str, body: str) -> Path:
    """Install a hook that writes what dcr says to `said` and ends as it does."""
    said = repository.root / "said"
    hooks = Path(repository.git("rev-parse", "--git-path", "hooks", cwd=repository.folder))
    hooks = hooks if hooks.is_absolute() else repository.folder / hooks
    hooks.mkdir(parents=True, exist_ok=True)
    dcr = f"PYTHONPATH={ROOT} {sys.executable} -P -m dcr"
    (hooks / name).write_text(f'#!/bin/sh\ndcr() {{ {dcr} "$@" >>{said} 2>&1; }}\n{body}\n')
    (hooks / name).chmod(0o755)
    return said


def commits(repository: Repository, *arguments: str) -> bool:
    """Whether `git commit` goes through, hooks and all."""
    before = repository.git("rev-parse", "HEAD")
    try:
        repository.git("commit", "-q", "-m", "change", *arguments)
    except AssertionError:
        assert repository.git("rev-parse", "HEAD") == before
        return False
    return True


def test_a_commit_of_what_is_staged(repository: Repository) -> None:
    said = install(repository, "pre-commit", "dcr check --staged")
    repository.write(USERS, breaking())
    repository.git("add", "-A")
    repository.write(USERS, contract())
    assert not commits(repository)
    assert "field_removed" in said.read_text()
    repository.git("add", "-A")
    repository.write("notes.txt", "x")
    repository.git("add", "-A")
    assert commits(repository)


def test_a_commit_of_everything(repository: Repository) -> None:
    said = install(repository, "pre-commit", 'test -n "$GIT_INDEX_FILE" && dcr check --staged')
    repository.write(USERS, breaking())
    assert not commits(repository, "-a")
    assert "field_removed" in said.read_text()


def test_a_commit_of_some_paths_judges_those_alone(repository: Repository) -> None:
    said = install(repository, "pre-commit", 'case "$GIT_INDEX_FILE" in *next-index*) dcr check --staged;; *) exit 9;; esac')
    repository.write("notes.txt", "x")
    repository.git("add", "-A")
    repository.write("notes.txt", "y")
    repository.write(USERS, breaking())
    assert commits(repository, "--", "notes.txt")
    assert not commits(repository, "--", USERS)
    assert "field_removed" in said.read_text()


@pytest.mark.parametrize("arguments", [["-a"], ["--", USERS], []])
def test_a_commit_from_a_linked_worktree(repository: Repository, arguments: list[str]) -> None:
    repository.git("worktree", "add", "-q", "-b", "other", "../linked", "main")
    linked = Repository(repository.root, "linked", init=None)
    said = install(linked, "pre-commit", 'test -n "$GIT_DIR" && dcr check --staged --base main')
    linked.write(USERS, breaking())
    if not arguments:
        linked.git("add", "-A")
    assert not commits(linked, *arguments)
    assert "field_removed" in said.read_text()


def test_a_hook_that_goes_into_a_subfolder_sees_the_same_index(repository: Repository) -> None:
    said = install(repository, "pre-commit", "cd contracts && dcr check --staged")
    repository.write(USERS, breaking())
    assert not commits(repository, "-a")
    assert "field_removed" in said.read_text()
    repository.git("checkout", "-q", ".")
    repository.write("notes.txt", "x")
    repository.git("add", "notes.txt")
    assert commits(repository, "-a")


def test_a_hook_without_staged_judges_the_working_tree(repository: Repository) -> None:
    install(repository, "pre-commit", "dcr check")
    repository.write("notes.txt", "x")
    repository.git("add", "notes.txt")
    repository.write(USERS, breaking())
    assert not commits(repository)


def test_a_commit_during_a_conflict_says_what_is_unresolved(repository: Repository) -> None:
    repository.commit({USERS: contract(version="1.1.0", more="description: ours")})
    repository.git("checkout", "-q", "main")
    repository.commit({USERS: contract(version="1.2.0", more="description: theirs")})
    with pytest.raises(AssertionError, match="CONFLICT"):
        repository.git("merge", "-q", "feature")
    outcome = repository.check("--staged", "--base", "HEAD")
    assert outcome.code == 1
    assert outcome.kinds == ["contract_invalid"]
    assert "unmerged" in outcome.issues[0]["message"]
    outcome = repository.check("--base", "HEAD")
    assert outcome.kinds == ["contract_invalid"]
    assert "conflict" in outcome.issues[0]["message"]
    repository.write(USERS, contract(version="1.3.0", more="description: both"))
    assert repository.check("--base", "HEAD").code == 0
    assert repository.check("--staged", "--base", "HEAD").code == 1


def test_a_push_to_a_server_is_judged_in_its_quarantine(broken: Repository) -> None:
    server = Repository(broken.root, "server.git", init=("--bare",))
    broken.git("push", "-q", str(server.folder), "main")
    said = install(
        server, "pre-receive", 'while read old new ref; do dcr check --base main --head "$new" || exit 1; done'
    )
    with pytest.raises(AssertionError, match="declined"):
        broken.git("push", "-q", str(server.folder), "feature")
    assert "field_removed" in said.read_text()
    broken.git("checkout", "-q", "-b", "fine", "main")
    broken.commit({"notes.txt": "x"})
    broken.git("push", "-q", str(server.folder), "fine")


def test_git_dir_naming_another_repository_is_refused(broken: Repository) -> None:
    other = Repository(broken.root, "other")
    other.commit({USERS: contract()})
    git_dir = str(other.folder / ".git")
    broken.check(GIT_DIR=git_dir).says("GIT_DIR", "other", "unset GIT_DIR")
    broken.check(GIT_DIR=git_dir, GIT_WORK_TREE=str(broken.folder)).says("GIT_DIR", "unset")
    broken.check(GIT_DIR=git_dir, GIT_WORK_TREE=str(other.folder)).says("GIT_DIR", "unset")
    broken.check(GIT_WORK_TREE=str(other.folder)).says("GIT_WORK_TREE", "unset")
    broken.check(GIT_DIR=str(broken.root / "nowhere")).says("GIT_DIR", "unset GIT_DIR")
    broken.check(cwd=broken.folder / "contracts", GIT_DIR=".git").says("GIT_DIR", "unset GIT_DIR")


def test_git_dir_of_another_worktree_is_another_repository(broken: Repository) -> None:
    broken.git("worktree", "add", "-q", "../linked", "main")
    git_dir = broken.git("rev-parse", "--absolute-git-dir", cwd=broken.root / "linked")
    broken.check(GIT_DIR=git_dir).says("GIT_DIR", "unset GIT_DIR")


@pytest.mark.parametrize("git_dir", [".git", "{folder}/.git"])
def test_git_dir_naming_this_repository_changes_nothing(broken: Repository, git_dir: str) -> None:
    here = git_dir.format(folder=broken.folder)
    assert broken.check(GIT_DIR=here).kinds == FOUND
    assert broken.check(GIT_DIR=here, GIT_WORK_TREE=".").kinds == FOUND
    assert broken.check("contracts", GIT_DIR=here).kinds == FOUND


def test_git_dir_may_name_the_repository_of_a_folder_without_one(broken: Repository) -> None:
    (broken.root / "bare-tree/contracts").mkdir(parents=True)
    tree = Repository(broken.root, "bare-tree", init=None)
    tree.write(USERS, breaking())
    where = {"GIT_DIR": "../repository/.git", "GIT_WORK_TREE": "."}
    assert tree.check("--base", "main", **where).kinds == FOUND
    absolute = {"GIT_DIR": str(broken.folder / ".git"), "GIT_WORK_TREE": str(tree.folder)}
    assert tree.check("--base", "main", cwd=tree.folder / "contracts", **absolute).kinds == FOUND


def test_the_hook_s_index_counts_for_staged_only(broken: Repository) -> None:
    broken.git("checkout", "-q", "main")
    broken.write(USERS, breaking())
    broken.git("add", "-A")
    (broken.folder / ".git/index").rename(broken.root / "other-index")
    broken.git("reset", "-q", "--hard")
    index = {"GIT_INDEX_FILE": str(broken.root / "other-index")}
    assert broken.check("--staged", **index).kinds == FOUND
    assert broken.check("--staged").issues == []
    assert broken.check(**index).issues == []
    assert broken.check("--staged", cwd=broken.folder / "contracts", GIT_INDEX_FILE="../other-index").kinds == FOUND


def test_claims_are_looked_for_in_the_index_that_is_judged(repository: Repository) -> None:
    repository.write("contracts/copy.yaml", contract())
    repository.git("add", "-A")
    (repository.folder / ".git/index").rename(repository.root / "other-index")
    repository.git("reset", "-q", "--hard")
    (repository.folder / "contracts/copy.yaml").unlink(missing_ok=True)
    index = {"GIT_INDEX_FILE": str(repository.root / "other-index")}
    assert repository.check("--staged", **index).kinds == ["dataset_id_duplicated"]
    repository.write("contracts/copy.yaml", contract())
    assert repository.check(**index).kinds == ["dataset_id_duplicated"]


@pytest.mark.parametrize(
    "more",
    [
        {"GIT_LITERAL_PATHSPECS": "0"}, {"GIT_GLOB_PATHSPECS": "1"}, {"GIT_EXTERNAL_DIFF": "touch {canary}"},
        {"GIT_CONFIG_COUNT": "1", "GIT_CONFIG_KEY_0": "core.fsmonitor", "GIT_CONFIG_VALUE_0": "touch {canary}"},
        {"GIT_CONFIG_PARAMETERS": "'core.fsmonitor=touch {canary}'"}, {"GIT_SSH_COMMAND": "touch {canary}"},
        {"GIT_TRACE": "{canary}"}, {"GIT_TRACE2_EVENT": "{canary}"}, {"GIT_DEFAULT_HASH": "sha256"},
        {"GIT_PAGER": "touch {canary}"}, {"GIT_EXEC_PATH": "{root}"}, {"GIT_NAMESPACE": "other"},
        {"GIT_OBJECT_DIRECTORY": "{root}"}, {"GIT_ALTERNATE_OBJECT_DIRECTORIES": "{root}"}, {"GIT_CEILING_DIRECTORIES": "/"},
        {"GIT_SHALLOW_FILE": "{root}/none"}, {"GIT_REPLACE_REF_BASE": "refs/heads/"}, {"GIT_PREFIX": "contracts/"},
        {"LC_ALL": "de_DE.UTF-8", "LANGUAGE": "de"}, {"GIT_DIFF_OPTS": "-u9"}, {"GIT_ATTR_SOURCE": "main"},
    ],
)  # fmt: skip
def test_no_other_variable_of_git_changes_the_answer(broken: Repository, more: dict[str, str]) -> None:
    canary = broken.root / "canary"
    set_to = {name: value.format(canary=canary, root=broken.root) for name, value in more.items()}
    assert broken.check(**set_to).kinds == FOUND
    assert not canary.exists()
