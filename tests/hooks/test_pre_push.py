"""Runs the pre-push hook with git, pre-commit and prek."""

from __future__ import annotations

import sys

import pytest
from managed import BROKEN, COMPATIBLE, CONTRACT, MANAGERS, Repository

BUMPED = COMPATIBLE.replace("status: active", "status: active\ndescription: one row per user")
HOOK = f'#!/bin/sh\nexec "{sys.executable}" -P -m dcr hook pre-push "$@"\n'
PLAIN = "git"


class Clone(Repository):
    """A repository with an empty bare one as `origin`, and the push hook installed."""

    def __init__(self, folder, by):
        super().__init__(folder, by)
        self.write("contracts/users.yaml", CONTRACT)
        self.write("contracts/other.yaml", CONTRACT.replace("users.daily_active", "users.other"))
        self.run("git", "init", "-q", "--bare", "-b", "main", str(folder / "server.git"), cwd=folder)
        self.run("git", "remote", "add", "origin", str(folder / "server.git"))
        if by == PLAIN:
            (self.folder / ".git/hooks").mkdir(exist_ok=True)
            (self.folder / ".git/hooks/pre-push").write_text(HOOK)
            (self.folder / ".git/hooks/pre-push").chmod(0o755)
        else:
            self.configure("dcr-check-push")
        self.record("agree on contracts")

    def record(self, message="change", **contracts):
        """Commit everything, past the hooks; `users="…"` is `contracts/users.yaml`."""
        for name, text in contracts.items():
            self.write(f"contracts/{name}.yaml", text)
        self.run("git", "add", "-A")
        self.run("git", "commit", "-q", "--no-verify", "--allow-empty", "-m", message)

    def push(self, *arguments):
        """Return whether the push went through, and everything that was printed."""
        ended = self.run("git", "push", "origin", *arguments, check=False)
        printed = ended.stdout + ended.stderr
        assert "Traceback" not in printed
        assert "nothing was checked" not in printed, printed
        return ended.returncode == 0, printed

    def switch(self, name, at="main"):
        self.run("git", "switch", "-q", "-c", name, at)


@pytest.fixture(params=[PLAIN, *MANAGERS])
def new(request, tmp_path):
    return Clone(tmp_path, request.param)


@pytest.fixture
def clone(new):
    assert new.push("main")[0]
    return new


def test_the_first_push_of_all_has_nothing_to_break(new):
    passed, printed = new.push("main")
    assert passed, printed


def test_a_new_branch_is_compared_with_main(clone):
    clone.switch("change")
    clone.record(users=BROKEN)
    passed, printed = clone.push("change")
    assert not passed
    assert "field_removed" in printed
    clone.record(users=COMPATIBLE)
    passed, printed = clone.push("change")
    assert passed, printed


def test_a_second_push_requires_no_bump_for_changes_of_the_first(clone):
    clone.switch("change")
    clone.record(users=COMPATIBLE)
    assert clone.push("change")[0]
    clone.record(users=BUMPED)
    passed, printed = clone.push("change")
    assert passed, printed


def test_a_break_that_got_past_the_hook_once_is_found_by_the_next_push(clone):
    clone.switch("change")
    clone.record(users=BROKEN)
    assert clone.push("--no-verify", "change")[0]
    clone.record("words")
    passed, printed = clone.push("change")
    assert not passed
    assert "field_removed" in printed


def test_main_is_compared_with_what_is_published(clone):
    clone.record(users=BROKEN)
    passed, printed = clone.push("main")
    assert not passed
    assert "field_removed" in printed
    clone.record(users=COMPATIBLE)
    assert clone.push("main")[0]
    clone.record(users=BUMPED)
    passed, printed = clone.push("main")
    assert not passed
    assert "version_not_increasing" in printed


def test_another_branch_pushed_to_main_is_compared_with_what_is_published(clone):
    clone.switch("change")
    clone.record(users=COMPATIBLE)
    assert clone.push("change")[0]
    clone.record(users=BUMPED)
    passed, printed = clone.push("change:main")
    assert passed, printed
    clone.record(users=BROKEN.replace("1.1.0", "2.0.0"))
    assert not clone.push("change:main")[0]
    assert not clone.push("HEAD:main")[0]


def test_what_is_pushed_is_judged_and_not_what_is_checked_out(clone):
    clone.switch("broken")
    clone.record(users=BROKEN)
    clone.switch("fine")
    clone.record(users=COMPATIBLE)
    passed, printed = clone.push("fine")
    assert passed, printed
    passed, printed = clone.push("broken")
    assert not passed
    assert "field_removed" in printed
    clone.run("git", "switch", "-q", "broken")
    clone.run("git", "branch", "also-fine", "fine")
    passed, printed = clone.push("also-fine")
    assert passed, printed
    clone.write("contracts/users.yaml", "what is on disk does not matter")
    assert clone.push("fine:another")[0]


def test_deletions_and_tags_pass(clone):
    clone.switch("change")
    assert clone.push("change")[0]
    clone.record(users=BROKEN)
    clone.run("git", "tag", "v1")
    passed, printed = clone.push("v1")
    assert passed, printed
    passed, printed = clone.push(":change")
    assert passed, printed


def test_the_deletion_of_a_contract_is_stopped(clone):
    clone.switch("change")
    (clone.folder / "contracts/users.yaml").unlink()
    clone.record()
    passed, printed = clone.push("change")
    assert not passed
    assert "contract_removed" in printed


def test_a_forced_push_of_main_is_compared_with_what_it_takes_away(clone):
    clone.record(users=COMPATIBLE)
    assert clone.push("main")[0]
    clone.run("git", "reset", "-q", "--hard", "HEAD~1")
    clone.record("instead")
    passed, printed = clone.push("+main")
    assert not passed
    assert "field 'plan' was removed" in printed


def test_an_existing_clone_knows_its_default_branch_by_origin_head(clone, tmp_path):
    clone.run("git", "remote", "set-head", "origin", "main")
    clone.switch("change")
    clone.run("git", "branch", "-q", "-D", "main")
    clone.record(users=BROKEN)
    passed, printed = clone.push("change")
    assert not passed
    assert "field_removed" in printed
    assert not clone.push("change:main")[0]


def test_a_push_with_nothing_to_push_is_silent(clone):
    assert clone.push("main") == (True, "Everything up-to-date\n")


def test_git_itself_tells_of_every_ref(tmp_path):
    clone = Clone(tmp_path, PLAIN)
    assert clone.push("main")[1] == (
        "dcr: main is new, so its contracts are validated without a base\n"
        "dcr: no issues; 2 contracts (format native)\n"
        f"To {tmp_path / 'server.git'}\n * [new branch]      main -> main\n"
    )
    clone.switch("fine")
    clone.record(users=COMPATIBLE)
    clone.switch("broken")
    clone.record(users=BROKEN)
    passed, printed = clone.push("fine", "broken", "main:refs/tags/v1")
    assert not passed
    assert "dcr: fine was checked\ndcr: compatible;" in printed
    assert "dcr: refs/tags/v1 is not a branch, not checked\n" in printed
    assert "dcr: the push was rejected because of broken; no ref was updated\n" in printed


@pytest.mark.parametrize("manager", MANAGERS)
def test_the_push_hook_can_be_run_by_hand(tmp_path, manager):
    clone = Clone(tmp_path, manager)
    assert clone.push("main")[0]
    clone.switch("change")
    clone.record(users=BROKEN)
    by_hand = [clone.program, "run", "dcr-check-push", "--hook-stage", "pre-push"]
    for arguments in (["--all-files"], ["--from-ref", "main", "--to-ref", "change"]):
        ended = clone.run(*by_hand, *arguments, check=False)
        assert ended.returncode != 0
        assert "field_removed" in ended.stdout
    ended = clone.run(*by_hand, "--from-ref", "HEAD", "--to-ref", "HEAD", check=False)
    assert ended.returncode == 0, ended.stdout


def test_what_git_would_not_say_stops_the_push(tmp_path):
    clone = Clone(tmp_path, PLAIN)
    hook = clone.folder / ".git/hooks/pre-push"
    for given in ("x", "x\n", "refs/heads/main a refs/heads/main b\n"):
        (clone.folder / ".git/given").write_text(given)
        hook.write_text(HOOK.replace('"$@"', '"$@" < .git/given'))
        ended = clone.run("git", "push", "origin", "main", check=False)
        assert ended.returncode != 0
        assert ended.stderr.startswith("dcr: error: ")
