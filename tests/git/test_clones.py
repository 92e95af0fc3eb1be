"""Repositories that are not the usual clone: shallow, partial, bare, linked, nested, damaged; and HEADs that float."""

from __future__ import annotations

import os
import shutil
from typing import TYPE_CHECKING

import pytest
from repositories import USERS, Repository, breaking, contract

if TYPE_CHECKING:
    from pathlib import Path

FOUND = ["field_removed", "version_bump_insufficient"]


def clone(source: Repository, *options: str, name: str = "clone") -> Repository:
    """Return a clone of a repository, made through the protocol as a server would."""
    source.git("config", "uploadpack.allowFilter", "true")
    source.git("config", "uploadpack.allowAnySHA1InWant", "true")
    url = f"file://{source.folder}"
    source.git("clone", "-q", "--template=", *options, url, name, cwd=source.root)
    return Repository(source.root, name, init=None)


def object_file(repository: Repository, expression: str) -> Path:
    oid = repository.git("rev-parse", expression)
    return repository.folder / ".git/objects" / oid[:2] / oid[2:]


def test_no_repository_at_all(tmp_path: Path) -> None:
    repository = Repository(tmp_path, init=None)
    repository.folder.mkdir()
    repository.check().says("not in a git repository", "git init")


def test_an_unborn_head_says_what_to_do(tmp_path: Path) -> None:
    repository = Repository(tmp_path)
    repository.write(USERS, contract())
    repository.git("add", "-A")
    for arguments in ([], ["--base", "main"], ["--base", "HEAD"], ["--head", "HEAD"], ["--staged", "--base", "main"]):
        repository.check(*arguments).says("no commits yet", "git commit")
    repository.check("--staged", DCR_BASE="main").says("no commits yet")


def test_the_very_first_commit_is_judged_by_each_contract_alone(tmp_path: Path) -> None:
    repository = Repository(tmp_path)
    repository.write(USERS, contract())
    repository.write("dcr.toml", "mode = 'full_transitive'\n")
    repository.git("add", "-A")
    outcome = repository.check("--staged")
    assert (outcome.code, outcome.issues, outcome.report["base"]) == (0, [], None)
    assert outcome.err == "dcr: no issues; 1 contract (format native); policy dcr.toml\n"
    repository.write("contracts/copy.yaml", contract())
    repository.write("contracts/odd.yaml", "dataset_id: users.odd\nversion: one\nfields: []\n")
    repository.git("add", "-A")
    assert repository.check("--staged").kinds.count("dataset_id_duplicated") >= 1
    assert "contract_invalid" in repository.check("--staged").kinds


def test_an_orphan_branch_beside_main_is_unborn_too(repository: Repository) -> None:
    repository.git("checkout", "-q", "--orphan", "other")
    repository.check().says("no commits yet")
    repository.check("--staged").says("no commits yet")


def test_a_detached_head(broken: Repository) -> None:
    broken.git("checkout", "-q", "--detach", "feature")
    assert broken.check().kinds == FOUND
    broken.git("branch", "-D", "main")
    broken.check().says("nothing")


def test_a_linked_worktree(broken: Repository) -> None:
    broken.git("worktree", "add", "-q", "../linked", "main")
    linked = Repository(broken.root, "linked", init=None)
    assert linked.check("--base", "main").issues == []
    linked.write(USERS, breaking())
    assert linked.check().kinds == FOUND
    assert linked.check("--staged").issues == []
    linked.git("add", "-A")
    assert linked.check("--staged").kinds == FOUND


def test_a_submodule_and_the_repository_around_it(broken: Repository) -> None:
    inner = Repository(broken.root, "inner")
    inner.commit({USERS: contract("inner.users")})
    broken.git("submodule", "--quiet", "add", str(inner.folder), "vendor")
    broken.commit()
    assert broken.check().kinds == FOUND
    nested = Repository(broken.root, "repository/vendor", init=None)
    nested.write(USERS, contract("inner.users", "1.1.0", without=["ltv"]))
    assert nested.check("--base", "main").kinds == FOUND
    assert broken.check().kinds == FOUND


def test_a_repository_inside_the_tree_is_not_this_one_s(repository: Repository) -> None:
    inner = Repository(repository.root, "repository/contracts/inner")
    inner.commit({"contracts/users.yaml": contract()})
    assert repository.check().issues == []
    assert inner.check("--base", "main").report["summary"]["contracts"] == 1


def test_a_bare_repository_committed_inside_the_tree_is_never_used(broken: Repository) -> None:
    canary = broken.root / "canary"
    broken.git("clone", "-q", "--bare", "--template=", str(broken.folder), "contracts/evil.git")
    evil = broken.folder / "contracts/evil.git"
    with (evil / "config").open("a") as config:
        config.write(f"[core]\n\tfsmonitor = touch {canary}\n\tworktree = {broken.folder}\n")
    (evil / "users.yaml").write_text(contract("evil.users"))
    broken.commit()
    outcome = broken.check()
    assert outcome.code == 1
    assert set(FOUND) <= set(outcome.kinds)
    assert outcome.report["summary"]["contracts"] == 2
    broken.check(cwd=evil).says("bare repository")
    broken.check(cwd=evil / "refs").says("bare repository")
    broken.check("--head", "feature", cwd=evil).says("bare repository")
    assert not canary.exists()


def test_the_git_folder_itself_is_no_place_to_check(broken: Repository) -> None:
    outcome = broken.check(cwd=broken.folder / ".git")
    assert outcome.code == 2


def test_a_shallow_clone_with_the_merge_base(broken: Repository) -> None:
    shallow = clone(broken, "--depth", "2", "--branch", "feature")
    base = shallow.git("rev-parse", "HEAD~1")
    assert shallow.check("--base", base).kinds == FOUND
    shallow.check("--base", "1" * 40).says(f"git fetch origin {'1' * 40};")


def test_a_shallow_clone_without_the_merge_base_says_how_to_get_it(broken: Repository) -> None:
    broken.git("checkout", "-q", "main")
    broken.commit({"notes.txt": "x"})
    broken.git("checkout", "-q", "feature")
    shallow = clone(broken, "--depth", "1", "--no-single-branch", "--branch", "feature")
    shallow.check("--base", "origin/main").says("shallow", "git fetch --unshallow origin && git fetch origin main")
    shallow.check("--base", "origin/main", "--head", "HEAD").says("shallow")
    shallow.git("fetch", "-q", "--unshallow", "origin")
    assert shallow.check("--base", "origin/main").kinds == FOUND


def test_a_single_branch_clone_lacks_the_base_and_says_how_to_get_it(broken: Repository) -> None:
    single = clone(broken, "--single-branch", "--branch", "feature")
    single.check("--base", "origin/main").says("git fetch origin main:refs/remotes/origin/main")
    single.git("fetch", "-q", "origin", "main:refs/remotes/origin/main")
    assert single.check("--base", "origin/main").kinds == FOUND


def test_a_blobless_clone_lacks_the_base_s_contracts_and_says_how_to_get_them(broken: Repository) -> None:
    partial = clone(broken, "--filter=blob:none", "--branch", "feature")
    partial.check("--base", "origin/main").says("partial", "git fetch --refetch --no-filter origin")
    partial.git("fetch", "-q", "--refetch", "--no-filter", "origin")
    assert partial.check("--base", "origin/main").kinds == FOUND


def test_a_blobless_clone_is_enough_where_no_contract_changed(repository: Repository) -> None:
    repository.commit({"notes.txt": "x"})
    partial = clone(repository, "--filter=blob:none", "--branch", "feature")
    assert partial.check("--base", "origin/main").code == 0


def test_a_treeless_clone_says_what_it_lacks(broken: Repository) -> None:
    partial = clone(broken, "--filter=tree:0", "--branch", "feature")
    partial.check("--base", "origin/main").says("git fetch --refetch --no-filter origin")


@pytest.mark.parametrize("url", ["ext::touch {canary}", "file://{folder}", "ssh://host/x"])
def test_nothing_is_fetched_for_an_object_that_is_missing(broken: Repository, url: str) -> None:
    canary = broken.root / "canary"
    partial = clone(broken, "--filter=blob:none", "--branch", "feature")
    for key, value in (
        ("remote.origin.url", url.format(canary=canary, folder=broken.folder)),
        ("remote.origin.uploadpack", f"touch {canary}; git-upload-pack"),
        ("core.sshCommand", f"touch {canary}"), ("protocol.ext.allow", "always"), ("protocol.allow", "always"),
        ("protocol.file.allow", "always"), ("protocol.ssh.allow", "always"),
    ):  # fmt: skip
        partial.git("config", key, value)
    assert partial.check("--base", "origin/main").code == 2
    assert not canary.exists()


def test_sha256(tmp_path: Path) -> None:
    repository = Repository(tmp_path, init=("--object-format=sha256",))
    repository.commit({USERS: contract(), "dcr.toml": 'mode = "full"\n'})
    repository.branch()
    repository.write(USERS, breaking())
    outcome = repository.check()
    assert outcome.kinds == FOUND
    assert len(outcome.report["base"]["commit"]) == 64
    repository.git("add", "-A")
    assert repository.check("--staged").kinds == FOUND
    repository.commit()
    assert repository.check("--head", "HEAD", "--base", outcome.report["base"]["commit"]).kinds == FOUND


def test_objects_borrowed_from_a_repository_that_is_gone(broken: Repository) -> None:
    broken.git(
        "clone", "-q", "--shared", "--template=", "--branch", "feature", str(broken.folder), "borrower", cwd=broken.root
    )
    borrower = Repository(broken.root, "borrower", init=None)
    assert borrower.check("--base", "origin/main").kinds == FOUND
    shutil.move(broken.folder, broken.root / "gone")
    assert borrower.check("--base", "origin/main").code == 2


@pytest.mark.parametrize("what", ["main:contracts/users.yaml", "main^{tree}", "main:contracts", "main", "feature"])
@pytest.mark.parametrize("damage", ["missing", "empty", "garbage"])
def test_a_missing_or_corrupt_object_is_never_a_pass(broken: Repository, what: str, damage: str) -> None:
    file = object_file(broken, what)
    file.chmod(0o644)
    if damage == "missing":
        file.unlink()
    else:
        file.write_bytes({"empty": b"", "garbage": b"\x00garbage"}[damage])
    for arguments in ([], ["--head", "feature"]):
        outcome = broken.check(*arguments)
        assert outcome.code == 2, (arguments, outcome)


@pytest.mark.parametrize("name", ["dcr.toml", "pyproject.toml", "dcr.accepted.yaml"])
def test_a_policy_that_cannot_be_read_is_not_no_policy(repository: Repository, name: str) -> None:
    repository.git("checkout", "-q", "main")
    repository.commit({name: '[tool.dcr]\nmode = "full"\n' if name == "pyproject.toml" else "# nothing yet\n"})
    repository.branch("second")
    repository.commit({"notes.txt": "x"})
    object_file(repository, f"main:{name}").unlink()
    repository.check().says("is missing in this clone", "git fetch --refetch --no-filter origin")


@pytest.mark.parametrize("text", ["", "garbage\n", "1" * 40 + "\n", "ref: refs/heads/gone\n"])
@pytest.mark.parametrize("name", ["refs/heads/main", "HEAD"])
def test_a_broken_ref_is_never_a_pass(broken: Repository, name: str, text: str) -> None:
    (broken.folder / ".git" / name).write_text(text)
    assert broken.check().code == 2


def test_a_default_branch_of_the_remote_that_is_gone_is_not_passed_over(broken: Repository) -> None:
    broken.git("symbolic-ref", "refs/remotes/origin/HEAD", "refs/remotes/origin/gone")
    broken.check().says("origin/HEAD", "git remote set-head origin --auto")
    broken.git("worktree", "add", "-q", "../linked", "feature~1")
    linked = Repository(broken.root, "linked", init=None)
    linked.check().says("origin/HEAD", "git remote set-head origin --auto")
    broken.git("update-ref", "refs/remotes/origin/gone", "main")
    assert broken.check().kinds == FOUND


def test_a_broken_main_is_not_passed_over_for_master(broken: Repository) -> None:
    broken.git("branch", "master", "feature")
    (broken.folder / ".git/refs/heads/main").write_text("")
    broken.check().says("refs/heads/main", "git fsck")


@pytest.mark.parametrize("content", [b"", b"DIRC\0\0\0\2", b"garbage"])
def test_a_broken_index_is_never_a_pass(broken: Repository, content: bytes) -> None:
    (broken.folder / ".git/index").write_bytes(content)
    for arguments in ([], ["--staged"], ["--head", "feature"]):
        broken.check(*arguments).says("git")


def test_a_lost_index_leaves_the_working_tree(broken: Repository) -> None:
    (broken.folder / ".git/index").unlink()
    assert broken.check().kinds == FOUND
    assert "contract_removed" in broken.check("--staged").kinds


def test_a_locked_index_is_read_all_the_same(broken: Repository) -> None:
    (broken.folder / ".git/index.lock").write_bytes(b"")
    assert broken.check().kinds == FOUND


def test_an_empty_first_commit_has_nothing_to_compare_with(tmp_path: Path) -> None:
    repository = Repository(tmp_path)
    repository.commit()
    repository.branch()
    assert repository.check().code == 0
    repository.write(USERS, contract())
    outcome = repository.check()
    assert outcome.code == 0
    assert outcome.report["contracts"][0]["change"] == "added"
    repository.commit()
    repository.git("rm", "-q", "-r", "contracts")
    assert repository.check().code == 0


def test_a_sparse_checkout_does_not_take_absent_files_for_deleted(repository: Repository) -> None:
    repository.git("checkout", "-q", "main")
    repository.commit({"contracts/far/other.yaml": contract("team.other"), "src/x": "x"})
    repository.branch("second")
    repository.git("sparse-checkout", "set", "--cone", "src")
    assert not (repository.folder / "contracts/far").exists()
    outcome = repository.check()
    assert outcome.issues == []
    assert outcome.report["summary"]["contracts"] == 2
    repository.git("sparse-checkout", "set", "--cone", "--sparse-index", "src")
    assert repository.check().issues == []
    repository.write("contracts/copy.yaml", contract("team.other"))
    assert repository.check().kinds == ["dataset_id_duplicated"]


def test_a_sparse_checkout_is_linted_as_far_as_it_is_named(repository: Repository) -> None:
    repository.commit({"contracts/far/other.yaml": contract("team.other"), "contracts/near/one.yaml": contract("one")})
    repository.git("sparse-checkout", "set", "--cone", "contracts/near")
    repository.dcr("lint").says(
        "tracked file 'contracts/far/other.yaml' does not exist", "git sparse-checkout add FOLDER"
    )
    assert repository.dcr("lint", "contracts/near", "--format", "json").report["summary"]["contracts"] == 1
    repository.git("sparse-checkout", "add", "contracts/far")
    assert repository.dcr("lint", "--format", "json").report["summary"]["contracts"] == 3


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can make a repository of somebody else's")
def test_a_repository_of_another_user_is_refused_with_the_setting_that_allows_it(broken: Repository) -> None:
    os.chown(broken.folder, 12345, 12345)
    broken.check().says("another user", "safe.directory")


def test_a_folder_whose_name_holds_a_line_break_is_read_right_or_refused(tmp_path: Path) -> None:
    repository = Repository(tmp_path, "a\nb")
    repository.commit({USERS: contract()})
    repository.branch()
    repository.write(USERS, breaking())
    repository.check().says("line break")
