"""`dcr check --merged`: the merge that would land, judged before it does, and nothing written into the repository."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from repositories import USERS, Repository, breaking, contract

NOTES = "notes.txt"
COPY = "contracts/copy.yaml"
OLD_GIT = """\
#!/bin/sh
for each in "$@"; do
    case "$each" in
    merge-tree) echo "usage: git merge-tree <base-tree> <branch1> <branch2>" >&2; exit 129;;
    version) echo "git version 2.34.1"; exit 0;;
    esac
done
exec {git} "$@"
"""


def on_main(repository: Repository, files: dict[str, str | bytes | None]) -> str:
    repository.git("checkout", "-q", "main")
    made = repository.commit(files)
    repository.git("checkout", "-q", "feature")
    return made


@pytest.fixture
def apart(repository: Repository) -> Repository:
    """Two branches that are each compatible, and that claim one dataset together."""
    repository.commit({"contracts/a.yaml": contract("shop.orders")})
    on_main(repository, {"contracts/b.yaml": contract("shop.orders")})
    return repository


def test_two_compatible_branches_that_break_together_are_found(apart: Repository) -> None:
    assert apart.check().code == 0
    assert apart.check("--base", "main", "--head", "main").code == 0
    outcome = apart.check("--merged")
    assert (outcome.code, outcome.kinds) == (1, ["dataset_id_duplicated"])
    base = outcome.report["base"]
    assert base["commit"] == base["merge_base"] == apart.git("rev-parse", "main")
    assert (outcome.report["head"], outcome.report["merged"], outcome.report["uncommitted"]) == ("HEAD", True, 0)
    assert outcome.report["summary"]["contracts"] == 3


def test_so_are_two_that_break_by_the_mode_that_the_base_has_by_now(repository: Repository) -> None:
    repository.commit({USERS: contract(version="1.1.0").replace("[free, pro]", "[free, pro, team]")})
    on_main(repository, {"dcr.toml": 'mode = "full"\n'})
    assert repository.check().code == 0
    assert repository.check("--merged").kinds == ["field_enum_expanded", "version_bump_insufficient"]


def test_so_is_a_version_that_two_changes_share(repository: Repository) -> None:
    more = "description: rows"
    repository.commit({USERS: contract(version="1.1.0", more=more)})
    head = contract(version="1.1.0").replace("[free, pro]", "[free, pro, team]")
    on_main(repository, {USERS: head})
    assert repository.check("--merged").kinds == ["version_not_increasing"]


def test_what_main_changed_is_not_the_branch_s(repository: Repository) -> None:
    repository.commit({NOTES: "x"})
    on_main(repository, {USERS: breaking("2.0.0")})
    outcome = repository.check("--merged")
    assert (outcome.code, outcome.issues) == (0, [])


def test_the_branch_s_own_break_is_found(broken: Repository) -> None:
    on_main(broken, {NOTES: "x"})
    for asked in (("--merged",), ("--merged", "--head", "feature"), ("--merged", "--base", "main")):
        assert broken.check(*asked).kinds == ["field_removed", "version_bump_insufficient"]
    assert broken.check("--merged", "--head", "main").issues == []


def test_every_format_says_what_was_merged(apart: Repository) -> None:
    said = apart.dcr("check", "--merged", "--format", "text")
    assert "HEAD merged into it" in said.err
    assert "merge base" not in said.err
    assert "merged with main" in apart.dcr("check", "--merged", "--format", "html").out
    assert "merged into the base" in apart.dcr("check", "--merged", "--verbose").err


def test_what_is_not_committed_is_not_judged_and_said(apart: Repository) -> None:
    apart.write(USERS, breaking())
    apart.write(COPY, contract())
    apart.write(NOTES, "x")
    outcome = apart.check("--merged")
    assert outcome.kinds == ["dataset_id_duplicated"]
    assert outcome.report["uncommitted"] == 2
    assert "2 files with uncommitted changes NOT checked" in outcome.err
    assert apart.check("--merged", "--head", "HEAD").report["uncommitted"] == 0


def test_a_conflict_is_no_answer_and_names_its_paths(repository: Repository) -> None:
    repository.commit({USERS: contract(version="1.1.0"), "grün\n.txt": "ours", "same.txt": "x"})
    on_main(repository, {USERS: contract(version="1.2.0"), "grün\n.txt": "theirs", "same.txt": "x"})
    outcome = repository.check("--merged")
    outcome.says("merging 'main' into 'HEAD' conflicts in", f"'{USERS}'", "grün", "git merge main")
    assert "same.txt" not in outcome.err


def test_a_contract_that_one_branch_removes_and_the_other_changes_is_a_conflict(repository: Repository) -> None:
    repository.commit({USERS: None})
    on_main(repository, {USERS: contract(version="1.1.0", more="description: rows")})
    repository.check("--merged").says("conflict", USERS)


def test_histories_without_a_common_commit_do_not_merge(broken: Repository) -> None:
    broken.git("checkout", "-q", "--orphan", "other")
    broken.commit()
    broken.check("--merged", "--base", "main").says("no merge base")


def test_a_criss_cross_is_merged_as_git_merges_it(apart: Repository) -> None:
    main = apart.git("rev-parse", "main")
    feature = apart.git("rev-parse", "feature")
    on_main(apart, {"contracts/b.yaml": None})
    apart.git("checkout", "-q", "main")
    apart.git("merge", "-q", "--no-ff", "-m", "merge", feature)
    apart.git("checkout", "-q", "feature")
    apart.git("merge", "-q", "--no-ff", "-m", "merge", main)
    assert apart.git("merge-base", "--all", "main", "feature").count("\n") == 1
    outcome = apart.check("--merged")
    assert outcome.issues == []
    assert "merge_bases" not in outcome.report["base"]


def test_a_merge_under_way_is_not_committed_either(repository: Repository) -> None:
    repository.commit({NOTES: "ours"})
    on_main(repository, {USERS: breaking("1.1.0")})
    repository.git("merge", "-q", "--no-commit", "main")
    outcome = repository.check("--merged")
    assert outcome.issues == []
    assert outcome.report["uncommitted"] == 1


def test_a_bare_repository_is_judged_by_commit(apart: Repository) -> None:
    apart.git("clone", "-q", "--bare", "--template=", str(apart.folder), "server.git", cwd=apart.root)
    server = Repository(apart.root, "server.git", init=None)
    assert server.check("--base", "main", "--head", "feature", "--merged").kinds == ["dataset_id_duplicated"]
    server.check("--base", "main", "--merged").says("bare", "--head REF")


@pytest.mark.parametrize("name", ["a:b", '"quoted"', "grün"])
def test_a_repository_is_read_whatever_its_folder_is_called(tmp_path: Path, name: str) -> None:
    repository = Repository(tmp_path, name)
    repository.commit({USERS: contract()})
    repository.branch()
    repository.commit({USERS: breaking("2.0.0")})
    on_main(repository, {NOTES: "x"})
    assert repository.check("--merged").kinds == ["field_removed"]


def test_sha256(tmp_path: Path) -> None:
    repository = Repository(tmp_path, init=("--object-format=sha256",))
    repository.commit({USERS: contract()})
    repository.branch()
    repository.commit({USERS: breaking("2.0.0")})
    on_main(repository, {NOTES: "x"})
    assert repository.check("--merged").kinds == ["field_removed"]


def test_a_linked_worktree_and_borrowed_objects(apart: Repository) -> None:
    apart.git("worktree", "add", "-q", "-b", "linked", "../linked", "feature")
    assert Repository(apart.root, "linked", init=None).check("--merged").kinds == ["dataset_id_duplicated"]
    apart.git("clone", "-q", "--shared", "--template=", str(apart.folder), "borrower", cwd=apart.root)
    borrower = Repository(apart.root, "borrower", init=None)
    assert borrower.check("--merged", "--base", "origin/main").kinds == ["dataset_id_duplicated"]


def test_a_receiving_hook_sees_the_objects_in_quarantine(apart: Repository) -> None:
    apart.git("clone", "-q", "--bare", "--template=", "-b", "main", str(apart.folder), "server.git", cwd=apart.root)
    server = apart.root / "server.git"
    apart.git("update-ref", "-d", "refs/heads/feature", cwd=server)
    apart.commit({"new.txt": "x"})
    hook = server / "hooks/pre-receive"
    hook.parent.mkdir(exist_ok=True)
    dcr = f"PYTHONPATH={Path(__file__).parents[2]} {sys.executable} -P -m dcr"
    said = apart.root / "said"
    hook.write_text(f"#!/bin/sh\nread old new ref\n{dcr} check --merged --base main --head $new -f text >{said} 2>&1\n")
    hook.chmod(0o755)
    with pytest.raises(AssertionError):
        apart.git("push", "-q", str(server), "feature")
    assert "dataset_id_duplicated" in said.read_text(), said.read_text()


@pytest.mark.parametrize("ending", ["issues", "conflict", "fault"])
def test_nothing_is_written_into_the_repository_and_nothing_is_left_behind(apart: Repository, ending: str) -> None:
    """`Repository.check` compares the repository byte for byte; here it is where the objects went instead."""
    temporary = apart.root / "temporary"
    temporary.mkdir()
    if ending == "conflict":
        apart.commit({NOTES: "ours"})
        on_main(apart, {NOTES: "theirs"})
    objects = {each for each in (apart.folder / ".git/objects").rglob("*") if each.is_file()}
    more = {}
    if ending == "fault":
        shim = apart.root / "shim"
        shim.mkdir()
        git = apart.shell("command -v git").stdout.strip()
        (shim / "git").write_text(f'#!/bin/sh\ncase "$*" in *ls-tree*) exit 128;; esac\nexec {git} "$@"\n')
        (shim / "git").chmod(0o755)
        more["path"] = str(shim)
    outcome = apart.check("--merged", TMPDIR=str(temporary), **more)
    assert outcome.code == {"issues": 1, "conflict": 2, "fault": 2}[ending]
    assert list(temporary.iterdir()) == []
    assert {each for each in (apart.folder / ".git/objects").rglob("*") if each.is_file()} == objects


def test_a_folder_for_the_objects_that_is_gone_is_no_answer(apart: Repository) -> None:
    shim = apart.root / "shim"
    shim.mkdir()
    git = apart.shell("command -v git").stdout.strip()
    script = f'case "$*" in *merge-tree*) rmdir "$GIT_OBJECT_DIRECTORY";; esac\nexec {git} "$@"'
    (shim / "git").write_text(f"#!/bin/sh\n{script}\n")
    (shim / "git").chmod(0o755)
    apart.check("--merged", path=str(shim)).says("git merge-tree failed with exit code")


def test_an_old_git_is_named_with_what_to_do(apart: Repository) -> None:
    shim = apart.root / "shim"
    shim.mkdir()
    (shim / "git").write_text(OLD_GIT.format(git=apart.shell("command -v git").stdout.strip()))
    (shim / "git").chmod(0o755)
    apart.check("--merged", path=str(shim)).says("git 2.38 or newer", "git 2.34.1", "git merge main && dcr check")


@pytest.mark.parametrize("scope", ["local", "global"])
def test_a_merge_driver_of_the_repository_is_not_run_and_one_of_the_user_is(repository: Repository, scope: str) -> None:
    repository.git("checkout", "-q", "main")
    repository.commit({".gitattributes": "*.yaml merge=theirs\n"})
    repository.git("checkout", "-q", "-B", "feature")
    repository.commit({USERS: contract(version="1.1.0", more="description: ours")})
    on_main(repository, {USERS: contract(version="1.2.0", more="description: theirs")})
    marker = repository.root / "marker"
    repository.git("config", f"--{scope}", "merge.theirs.driver", f"touch {marker}; exit 0")
    outcome = repository.check("--merged", writes=("marker",))
    assert marker.exists() is (scope == "global")
    assert outcome.code == (0 if scope == "global" else 2), outcome


@pytest.mark.parametrize(
    ("arguments", "words"),
    [(("--staged",), "--staged cannot be used with --merged"), (("--fix",), "--fix writes to the working tree")],
)
def test_options_that_ask_for_something_else_are_refused(
    repository: Repository, arguments: tuple[str, ...], words: str
) -> None:
    repository.check("--merged", *arguments).says(words)
