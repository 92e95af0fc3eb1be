"""Pushes to bare repositories whose pre-receive hook refuses breaking changes."""

from __future__ import annotations

import re
import subprocess
import sys
from typing import TYPE_CHECKING, NamedTuple

import pytest
from repositories import ROOT, USERS, Repository, breaking, contract, picture

if TYPE_CHECKING:
    from pathlib import Path

DCR = f'PYTHONPATH="{ROOT}" "{sys.executable}" -P -m dcr'
BOTH = contract(version="2.0.0", without=["ltv"])
ACCEPTED = """\
accepted:
  - {dataset: users.daily_active, version: "2.0.0", kind: field_removed, field: ltv, reason: nobody reads it}
"""


class Pushed(NamedTuple):
    """The exit code and the output of a push, without `remote: ` and the padding that git adds."""

    code: int
    output: str


class Server:
    """A bare repository with the hook, and a clone's way of pushing to it."""

    def __init__(self, client: Repository, options: str = "", head: str = "main") -> None:
        self.client = client
        self.bare = Repository(client.root, "server.git", init=("--bare",))
        self.bare.git("symbolic-ref", "HEAD", f"refs/heads/{head}")
        self.hook(f"exec dcr hook pre-receive {options}")

    def hook(self, body: str) -> None:
        folder = self.bare.folder / "hooks"
        folder.mkdir(exist_ok=True)
        (folder / "pre-receive").write_text(f"#!/bin/sh\n{body.replace('dcr hook', f'env {DCR} hook')}\n")
        (folder / "pre-receive").chmod(0o755)

    def push(self, *refs: str) -> Pushed:
        ended = subprocess.run(
            ["git", "push", str(self.bare.folder), *refs],
            cwd=self.client.folder,
            env=self.client.environment(LC_ALL="C.UTF-8"),
            capture_output=True,
            text=True,
            check=False,
            timeout=120,
        )
        lines = [line.removeprefix("remote: ").rstrip() for line in ended.stderr.splitlines() if "remote: " in line]
        assert "Traceback" not in ended.stderr
        return Pushed(ended.returncode, "".join(f"{line}\n" for line in lines))

    def refs(self) -> dict[str, str]:
        listing = self.bare.git("for-each-ref", "--format=%(refname) %(objectname)")
        return dict(line.split(" ") for line in listing.splitlines())


def without_ids(text: str) -> str:
    return re.sub(r"\b[0-9a-f]{10}\b", "0123456789", text)


@pytest.fixture
def client(tmp_path: Path) -> Repository:
    """One contract on `main`."""
    made = Repository(tmp_path)
    made.commit({USERS: contract()})
    return made


@pytest.fixture
def server(client: Repository) -> Server:
    """The same contract published on the server."""
    made = Server(client)
    assert made.push("main").code == 0
    return made


def test_a_break_is_refused_with_the_report_and_taken_once_it_is_mended(client: Repository, server: Server) -> None:
    before = picture(server.bare.folder)
    client.commit({USERS: breaking()})
    pushed = server.push("main")
    assert pushed.code == 1
    assert without_ids(pushed.output) == (
        "✗ users.daily_active  1.0.0 → 1.1.0  (mode backward)  needs a MAJOR\n"
        "  bump, has MINOR\n"
        "  error  field_removed  ltv  contracts/users.yaml:6\n"
        "         field 'ltv' was removed\n"
        "         breaks consumers: queries and joins that select it\n"
        '         example row, valid before, invalid now: {"ltv": 0, "user_id":\n'
        '         "a", "active_date": "2024-01-01T00:00:00Z", "plan": "free"}\n'
        "         help: keep it with 'deprecated: true' for one release, then\n"
        "         remove it\n"
        "         or accept it: dcr accept users.daily_active field_removed ltv\n"
        "         --reason TEXT\n"
        "  error  version_bump_insufficient  contracts/users.yaml:2\n"
        "         a MAJOR version bump is required (1.0.0 → 2.0.0), found MINOR\n"
        "         (1.1.0)\n"
        '         help: write version: "2.0.0"\n'
        "\n"
        "2 errors, 0 warnings · 1 of 1 contract changed (format native) ·\n"
        "compared with main (from HEAD), merge base 0123456789\n"
        "dcr: the push was rejected because of main; no ref was updated\n"
    )
    assert picture(server.bare.folder) == before
    client.commit({USERS: contract(version="1.1.0", more="  - {name: source, type: string, required: false}")})
    pushed = server.push("main")
    assert pushed.code == 0, pushed
    assert "compatible · 1 of 1 contract changed (format native) · compared with\nmain (from HEAD)" in pushed.output
    assert server.refs() == {"refs/heads/main": client.git("rev-parse", "main")}


def test_an_accepted_break_is_accepted_and_reported(client: Repository, server: Server) -> None:
    client.commit({USERS: BOTH, "dcr.accepted.yaml": ACCEPTED})
    pushed = server.push("main")
    assert pushed.code == 0, pushed
    assert "ACCEPTED: nobody reads it" in pushed.output


def test_every_line_fits_behind_remote_in_a_terminal_of_eighty(client: Repository, server: Server) -> None:
    client.commit({f"contracts/{'long-' * 30}.yaml": breaking(), USERS: None})
    output = server.push("main").output
    assert "field_removed" in output
    assert max(map(len, output.splitlines())) <= 72
    assert "\x1b" not in output


def test_text_is_one_line_for_each_issue_and_the_closing_line_on_the_same_stream(client: Repository) -> None:
    server = Server(client, "--format text")
    server.push("main")
    client.commit({USERS: breaking()})
    output = without_ids(server.push("main").output).splitlines()
    assert output[0] == "contracts/users.yaml:6:1: error: field 'ltv' was removed [field_removed]"
    assert output[-2:] == [
        (
            "dcr: 2 errors, 0 warnings; 1 of 1 contract changed (format native); "
            "compared with main (from HEAD), merge base 0123456789"
        ),
        "dcr: the push was rejected because of main; no ref was updated",
    ]


def test_a_forced_push_of_main_is_compared_with_what_it_takes_away(client: Repository, server: Server) -> None:
    client.commit({USERS: contract(version="1.1.0", more="  - {name: source, type: string, required: false}")})
    assert server.push("main").code == 0
    client.git("reset", "-q", "--hard", "HEAD~1")
    client.commit({"notes.txt": "instead"})
    assert server.push("main").code == 1  # git's own refusal of what is no fast-forward
    pushed = server.push("+main")
    assert pushed.code == 1
    assert "field 'source' was removed" in pushed.output
    assert "version_not_increasing" in pushed.output


def test_a_forced_push_of_an_orphan_is_compared_with_what_it_takes_away(client: Repository, server: Server) -> None:
    client.git("checkout", "-q", "--orphan", "anew")
    client.commit({USERS: breaking()})
    pushed = server.push("+anew:main")
    assert pushed.code == 1
    assert "field_removed" in pushed.output


def test_a_branch_is_compared_as_its_pull_request_would_be(client: Repository, server: Server) -> None:
    client.branch("feature")
    client.git("checkout", "-q", "main")
    client.commit({USERS: contract(version="1.1.0", more="  - {name: source, type: string, required: false}")})
    assert server.push("main").code == 0
    client.git("checkout", "-q", "feature")
    client.commit({"notes.txt": "x"})
    pushed = server.push("feature")
    assert pushed.code == 0, pushed
    assert "compatible · 0 of 1 contract changed (format native)" in pushed.output
    assert "merge base" in pushed.output
    client.commit({USERS: breaking("2.0.0")})
    assert "field_removed" in server.push("feature").output
    client.commit({USERS: contract(version="1.2.0", more="description: one row per user")})
    assert server.push("feature").code == 0
    # What the branch itself output before was never published, so that its number may stay.
    client.commit({USERS: contract(version="1.2.0", more="description: a row for each user")})
    assert server.push("feature").code == 0


def test_a_branch_of_a_branch_in_one_push_is_compared_with_what_main_becomes(
    client: Repository, server: Server
) -> None:
    client.commit({USERS: contract(version="1.1.0", more="  - {name: source, type: string, required: false}")})
    client.branch("feature")
    client.commit({"notes.txt": "x"})
    pushed = server.push("main", "feature")
    assert pushed.code == 0, pushed
    assert "dcr: main was checked\n✓ users.daily_active" in pushed.output
    assert "dcr: feature was checked\ncompatible · 0 of 1 contract changed (format native)" in pushed.output


def test_one_bad_ref_refuses_all_and_all_are_reported(client: Repository, server: Server) -> None:
    client.branch("fine")
    client.commit({"notes.txt": "x"})
    client.branch("bad", "main")
    client.commit({USERS: breaking("2.0.0")})
    client.branch("worse", "main")
    client.commit({USERS: "dataset_id: users.daily_active\nversion: one\nfields: []\n"})
    client.git("tag", "v1", "bad")
    pushed = server.push("fine", "bad", "worse", "v1")
    assert pushed.code == 1
    assert "dcr: fine was checked\ncompatible" in pushed.output
    assert "field_removed" in pushed.output
    assert "contract_invalid" in pushed.output
    assert "dcr: refs/tags/v1 is not a branch, not checked\n" in pushed.output
    assert pushed.output.endswith("dcr: the push was rejected because of bad, worse; no ref was updated\n")
    assert set(server.refs()) == {"refs/heads/main"}


def test_tags_and_deletions_are_reported_and_pass(client: Repository, server: Server) -> None:
    client.commit({USERS: breaking()})
    client.git("tag", "-a", "-m", "one", "v1")
    assert server.push("v1") == Pushed(0, "dcr: refs/tags/v1 is not a branch, not checked\n")
    client.branch("feature", "main~1")
    server.push("feature")
    assert server.push(":feature", ":refs/tags/v1") == Pushed(
        0, "dcr: feature is deleted, not checked\ndcr: refs/tags/v1 is deleted, not checked\n"
    )
    server.bare.git("config", "receive.denyDeleteCurrent", "ignore")
    assert server.push(":main") == Pushed(0, "dcr: main is deleted, not checked\n")


def test_the_first_push_is_judged_by_each_contract_alone(client: Repository) -> None:
    server = Server(client)
    client.commit({
        "contracts/other.yaml": "dataset_id: users.other\nversion: one\nfields: []\n",
        "dcr.toml": "mode = 'full_transitive'\nmin_deprecation_days = 9\n", "dcr.accepted.yaml": ACCEPTED,
    })  # fmt: skip
    pushed = server.push("main")
    assert pushed.code == 1
    assert pushed.output.startswith("dcr: main is new, so its contracts are validated without a base\n✗ users.other")
    assert "users.daily_active" not in pushed.output
    assert "policy dcr.toml\n" in pushed.output
    client.commit({"contracts/other.yaml": contract("users.other")})
    pushed = server.push("main")
    assert pushed == Pushed(
        0,
        "dcr: main is new, so its contracts are validated without a base\n"
        "no issues · 2 contracts (format native) · policy dcr.toml\n",
    )


def test_a_branch_can_be_the_first_push(client: Repository) -> None:
    server = Server(client)
    client.branch("feature")
    assert server.push("feature").output.startswith("dcr: feature is the first branch, so its contracts are validated")
    client.commit({"contracts/copy.yaml": contract()})
    assert "dataset_id_duplicated" in server.push("feature:main").output


def test_a_head_that_names_no_branch_here_leaves_a_branch_to_be_compared_with_itself(client: Repository) -> None:
    server = Server(client, head="trunk")
    assert server.push("main").code == 0
    client.commit({USERS: breaking()})
    pushed = server.push("main")
    assert pushed.code == 1
    assert (
        "dcr: main is compared with its own last commit: HEAD names 'trunk', which does not exist in this repository\n"
        in pushed.output
    )
    assert "field_removed" in pushed.output
    pushed = server.push("main:another")
    assert pushed.code == 1
    assert pushed.output == (
        "dcr: error: HEAD names 'trunk', which does not exist in this repository, "
        "so 'another' has no base (another was not checked)\n"
        "  help: on the server: git symbolic-ref HEAD refs/heads/main, or dcr hook pre-receive --default-branch main\n"
        "dcr: the push was rejected because of another; no ref was updated\n"
    )
    server.hook("exec dcr hook pre-receive --default-branch main")
    assert "field_removed" in server.push("main:another").output
    server.bare.git("update-ref", "--no-deref", "HEAD", server.refs()["refs/heads/main"])
    server.hook("exec dcr hook pre-receive")
    assert "HEAD points to no branch" in server.push("main").output


def test_a_branch_that_shares_no_commit_with_main_is_judged_alone(client: Repository, server: Server) -> None:
    client.git("checkout", "-q", "--orphan", "pages")
    client.git("rm", "-q", "-r", "--cached", ".")
    (client.folder / USERS).unlink()
    client.commit({"index.html": "x"})
    pushed = server.push("pages")
    assert pushed.code == 0, pushed
    assert pushed.output.startswith("dcr: pages has no merge base with main, so")
    client.commit({USERS: "dataset_id: users.daily_active\nversion: one\nfields: []\n"})
    assert "contract_invalid" in server.push("pages").output


def test_refs_can_be_limited_by_pattern(client: Repository) -> None:
    server = Server(client, "--ref main --ref 'release/*' --ref 'refs/heads/exact'")
    server.push("main")
    client.commit({USERS: breaking()})
    for name in ("main", "release/1/x", "exact"):
        assert "field_removed" in server.push(f"main:refs/heads/{name}").output
    assert server.push("main:feature") == Pushed(0, "dcr: feature does not match --ref, not checked\n")


def test_the_policy_is_the_published_one(client: Repository) -> None:
    server = Server(client)
    client.commit({"dcr.toml": "breaking = 'allow-with-major'\n"})
    assert server.push("main").code == 0
    client.branch("feature")
    client.commit({USERS: BOTH})
    assert server.push("feature").code == 0
    client.branch("looser", "main")
    client.commit({"dcr.toml": "[severity]\nprimary_key_changed = 'off'\n", USERS: contract(version="2.0.0").replace(
        "[user_id, active_date]", "[user_id]")})  # fmt: skip
    pushed = server.push("looser")
    assert pushed.code == 1
    assert "primary_key_changed" in pushed.output
    assert "policy_changed" in pushed.output


def test_fail_on_holds_on_the_server(client: Repository) -> None:
    server = Server(client, "--fail-on never")
    server.push("main")
    client.commit({USERS: breaking()})
    pushed = server.push("main")
    assert pushed.code == 0
    assert "field_removed" in pushed.output


def test_a_policy_that_is_not_understood_refuses_the_push(client: Repository, server: Server) -> None:
    client.commit({"dcr.toml": "mod = 'full'\n"})
    pushed = server.push("main")
    assert pushed.code == 1
    assert (
        "dcr: error: 'dcr.toml': unknown setting 'mod' (main was not checked)\n  help: did you mean 'mode'?"
        in pushed.output
    )
    assert pushed.output.endswith("dcr: the push was rejected because of main; no ref was updated\n")


def test_names_of_branches_and_files_cannot_speak_for_the_server(client: Repository, server: Server) -> None:
    client.commit({"contracts/\n::error::x\x1b[31m.yaml": breaking("2.0.0"), USERS: None})
    hostile = "::error::x\u202e\u2066y##[error]z"
    client.git("update-ref", "refs/heads/plain", "HEAD")
    name = hostile.replace(":", "").replace("[", "(")  # what git lets a branch be called
    pushed = server.push(f"plain:refs/heads/{name}", "plain:refs/heads/-x", "plain:refs/heads/--format")
    assert pushed.code == 1
    assert "field_removed" in pushed.output
    assert all(line.isprintable() and not line.lstrip().startswith("::") for line in pushed.output.splitlines())
    assert "\\u202e\\u2066y##(error]z" in pushed.output
    assert set(server.refs()) == {"refs/heads/main"}


def test_a_branch_named_like_a_commit_or_a_tag_is_not_mixed_up(client: Repository, server: Server) -> None:
    client.git("tag", "main", "main")
    client.git("push", "-q", str(server.bare.folder), "refs/tags/main")
    client.commit({USERS: breaking()})
    assert "field_removed" in server.push("refs/heads/main:refs/heads/main").output
    name = server.refs()["refs/heads/main"]
    pushed = server.push(f"main:refs/heads/{name}")
    assert pushed.code == 1


Z, A, B = "0" * 40, "a" * 40, "b" * 40


@pytest.mark.parametrize(
    ("given", "output"),
    [
        ("", "stdin is empty, expected OLD NEW REF lines"),
        (f"{A} {B} refs/heads/main", "the last line of the pre-receive input is incomplete"),
        (f"{A} {B}\n", "expected OLD NEW REF"),
        (f"{A} {B[:39]} refs/heads/main\n", "expected OLD NEW REF"),
        (f"{A} {B * 2} refs/heads/main\n", "expected OLD NEW REF"),
        (f"{A} {B.upper()} refs/heads/main\n", "expected OLD NEW REF"),
        (f"{A} {B} main\n", "expected OLD NEW REF"),
        (f"{A} {B} refs/heads/ma in\n", "expected OLD NEW REF"),
        (f"{A} {B} refs/heads/main\r\n", "expected OLD NEW REF"),
        (f"{A} {B} refs/heads/main\n\n", "expected OLD NEW REF"),
        (f"{A} {B} refs/heads/\x1b[31m\n", "expected OLD NEW REF"),
    ],
)
def test_what_git_would_not_say_is_refused(client: Repository, given: str, output: str) -> None:
    server = Server(client)
    server.hook("exec dcr hook pre-receive < given")
    (server.bare.folder / "given").write_text(given, newline="")
    pushed = server.push("main")
    assert pushed.code == 1
    assert pushed.output.startswith("dcr: error: ")
    assert output in pushed.output


@pytest.mark.parametrize("old", [A, "{old}"])
@pytest.mark.parametrize("new", [B, "{new}"])
def test_a_commit_that_is_not_there_refuses_the_push(client: Repository, server: Server, old: str, new: str) -> None:
    if (old, new) == ("{old}", "{new}"):
        return
    line = f"{old} {new} refs/heads/main\n".format(
        old=client.git("rev-parse", "main"), new=client.commit({"notes.txt": "x"})
    )
    (server.bare.folder / "given").write_text(line)
    server.hook("dcr hook pre-receive < given; echo ended with $?; exit 1")
    output = server.push("main").output
    assert "does not exist" in output
    assert "ended with 2\n" in output


def test_a_repository_that_lacks_objects_refuses_the_push(client: Repository, server: Server) -> None:
    blob = server.bare.git("rev-parse", f"main:{USERS}")
    found = [*server.bare.folder.rglob(blob[2:])]
    assert len(found) == 1
    found[0].unlink()
    client.commit({USERS: breaking()})
    server.hook("dcr hook pre-receive; echo ended with $?; exit 1")
    assert "ended with 2\n" in server.push("--no-thin", "main").output


def test_a_person_at_a_terminal_is_told_how_the_hook_is_called(client: Repository) -> None:
    outcome = client.dcr("hook", "pre-recieve")
    outcome.says("hook 'pre-recieve' does not exist", "did you mean 'pre-receive'?")
    client.dcr("hook", "pre-receive", "origin").says("pre-receive takes no REMOTE")
    client.dcr("hook", "pre-push", "--default-branch", "main").says("--default-branch is only for pre-receive")
    client.dcr("hook", "pre-receive", "--format", "json").says("expected one of table, text")


def test_a_repository_with_a_working_tree_may_be_the_server(client: Repository, tmp_path: Path) -> None:
    tree = Repository(tmp_path, "tree")
    tree.git("config", "receive.denyCurrentBranch", "updateInstead")
    hooks = tree.folder / ".git/hooks"
    hooks.mkdir(exist_ok=True)
    (hooks / "pre-receive").write_text(f"#!/bin/sh\nexec env {DCR} hook pre-receive\n")
    (hooks / "pre-receive").chmod(0o755)
    client.git("push", "-q", str(tree.folder), "main")
    client.commit({USERS: breaking()})
    with pytest.raises(AssertionError, match="field_removed"):
        client.git("push", "-q", str(tree.folder), "main")


def test_a_server_of_sha256_says_its_ids_at_their_length(tmp_path: Path) -> None:
    client = Repository(tmp_path, init=("--object-format=sha256",))
    client.commit({USERS: contract()})
    bare = Repository(tmp_path, "server.git", init=("--bare", "--object-format=sha256"))
    server = Server.__new__(Server)
    server.client, server.bare = client, bare
    server.hook("exec dcr hook pre-receive")
    pushed = server.push("main")
    assert pushed.code == 0, pushed
    client.commit({USERS: breaking()})
    assert "field_removed" in server.push("main").output
