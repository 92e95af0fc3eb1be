"""Runs the hooks of commits with real pre-commit and prek in real repositories."""

import pytest
from managed import BROKEN, COMPATIBLE, CONTRACT, HOOKS, MANAGERS, Repository


@pytest.fixture(params=MANAGERS)
def repository(request, tmp_path):
    made = Repository(tmp_path, request.param)
    made.write("contracts/users.yaml", CONTRACT)
    made.write("contracts/other.yaml", CONTRACT.replace("users.daily_active", "users.other"))
    made.write("README.md", "contracts\n")
    assert made.commit("agree on contracts").returncode == 0
    made.configure("dcr-check", "dcr-lint")
    assert made.commit("install the hooks").returncode == 0
    return made


def test_a_commit_that_breaks_a_contract_fails_and_says_why(repository):
    repository.write("contracts/users.yaml", BROKEN)
    ended = repository.commit()
    printed = ended.stdout + ended.stderr
    assert ended.returncode != 0
    assert "field 'ltv' was removed" in printed
    assert 'write version: "2.0.0"' in printed


def test_a_deletion_alone_fails_although_no_file_is_passed(repository):
    (repository.folder / "contracts/users.yaml").unlink()
    ended = repository.commit()
    assert ended.returncode != 0
    assert "contract_removed" in ended.stdout + ended.stderr


def test_a_compatible_bump_passes(repository):
    repository.write("contracts/users.yaml", COMPATIBLE)
    ended = repository.commit()
    assert ended.returncode == 0, ended.stdout + ended.stderr


def test_an_unrelated_commit_passes(repository):
    repository.write("README.md", "more words\n")
    ended = repository.commit()
    assert ended.returncode == 0, ended.stdout + ended.stderr


def test_only_what_is_staged_is_judged(repository):
    repository.write("README.md", "more words\n")
    repository.run("git", "add", "README.md")
    repository.write("contracts/users.yaml", BROKEN)
    ended = repository.run("git", "commit", "-q", "-m", "words only", check=False)
    assert ended.returncode == 0, ended.stdout + ended.stderr


def test_a_partial_commit_is_judged_by_its_own_index(repository):
    repository.write("contracts/users.yaml", BROKEN)
    repository.write("README.md", "more words\n")
    ended = repository.run("git", "commit", "-q", "-m", "one path", "--", "README.md", check=False)
    assert ended.returncode == 0, ended.stdout + ended.stderr
    ended = repository.run("git", "commit", "-q", "-m", "the other", "--", "contracts/users.yaml", check=False)
    assert ended.returncode != 0
    assert "field_removed" in ended.stdout + ended.stderr


def test_an_invalid_contract_fails_with_its_line(repository):
    repository.write("contracts/users.yaml", COMPATIBLE.replace("type: number", "type: nummber"))
    ended = repository.commit()
    assert ended.returncode != 0
    assert "did you mean 'number'?" in ended.stdout + ended.stderr


def test_a_linked_worktree_is_judged_by_its_own_files(repository, tmp_path):
    repository.run("git", "worktree", "add", "-q", "-b", "other", str(tmp_path / "linked"))
    linked = tmp_path / "linked"
    (linked / "contracts/users.yaml").write_text(BROKEN, "utf-8")
    ended = repository.run("git", "commit", "-q", "-a", "-m", "drop", cwd=linked, check=False)
    assert ended.returncode != 0
    assert "field_removed" in ended.stdout + ended.stderr
    (linked / "contracts/users.yaml").write_text(COMPATIBLE, "utf-8")
    ended = repository.run("git", "commit", "-q", "-a", "-m", "add", cwd=linked, check=False)
    assert ended.returncode == 0, ended.stdout + ended.stderr


def test_of_a_file_that_is_staged_in_part_the_staged_part_is_judged(repository):
    repository.write("contracts/users.yaml", COMPATIBLE)
    repository.run("git", "add", "-A")
    repository.write("contracts/users.yaml", BROKEN)
    ended = repository.run("git", "commit", "-q", "-m", "the good part", check=False)
    assert ended.returncode == 0, ended.stdout + ended.stderr
    assert (repository.folder / "contracts/users.yaml").read_text("utf-8") == BROKEN
    repository.run("git", "add", "-A")
    repository.write("contracts/users.yaml", COMPATIBLE)
    ended = repository.run("git", "commit", "-q", "-m", "the bad part", check=False)
    assert ended.returncode != 0
    assert "field_removed" in ended.stdout + ended.stderr


def test_a_hook_can_be_run_by_hand_over_everything(repository):
    repository.write("contracts/users.yaml", BROKEN)
    for arguments in (["dcr-check", "--all-files"], ["dcr-lint", "--all-files"]):
        repository.run("git", "add", "-A")
        ended = repository.run(repository.program, "run", *arguments, check=False)
        assert ("field_removed" in ended.stdout) is (arguments[0] == "dcr-check")
        assert (ended.returncode != 0) is (arguments[0] == "dcr-check")


def test_every_hook_finds_the_change_itself():
    for hook in HOOKS.values():
        assert hook["pass_filenames"] is False
        assert hook["always_run"] is True
        assert hook["require_serial"] is True


@pytest.mark.parametrize("broken", [False, True])
def test_a_merge_of_main_is_judged_as_the_merge_that_it_will_be(repository, *, broken):
    """Without a conflict, git runs `pre-merge-commit` before it writes which commits are merged."""
    repository.run("git", "checkout", "-q", "-b", "feature")
    text = BROKEN if broken else COMPATIBLE
    repository.write("contracts/other.yaml", text.replace("users.daily_active", "users.other"))
    repository.run("git", "add", "-A")
    repository.run("git", "commit", "-q", "--no-verify", "-m", "ours")
    repository.run("git", "checkout", "-q", "main")
    repository.write("contracts/users.yaml", BROKEN)
    repository.run("git", "add", "-A")
    repository.run("git", "commit", "-q", "--no-verify", "-m", "what main let through")
    repository.run("git", "checkout", "-q", "feature")
    ended = repository.run("git", "merge", "-q", "--no-edit", "main", check=False)
    printed = ended.stdout + ended.stderr
    assert (ended.returncode != 0) is broken, printed
    assert ("contracts/other.yaml" in printed) is broken, printed
    assert "contracts/users.yaml" not in printed
