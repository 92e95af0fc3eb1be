"""git's own commands print what a change does to contracts, and lose nothing of what they print without dcr."""

from __future__ import annotations

import re
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest
from repositories import ROOT, USERS, Repository, breaking, contract

from dcr.policy.scope import Scope

if TYPE_CHECKING:
    from pathlib import Path

DRIVER = f"'{sys.executable}' -P -m dcr git-diff-driver"
SUMMARY = """\
users.daily_active  1.0.0 → 1.1.0  needs a MAJOR bump, has MINOR
  MAJOR  field 'ltv' was removed (breaks consumers)"""
MADE = re.compile(r"^commit \w+\nAuthor: .*\nDate: .*\n\n    change\n\n", re.MULTILINE)
IDS = re.compile(r"\b[0-9a-f]{7,40}\b")
ODD_NAMES = (
    "a b.yaml",
    "ümläut.yaml",
    'quo"te.yaml',
    "tab\there.yaml",
    "line\nbreak.yaml",
    "-x.yaml",
    "esc\x1b[31m.yaml",
)


@pytest.fixture
def repository(tmp_path: Path) -> Repository:
    """A repository in which git asks dcr, with one contract committed."""
    made = Repository(tmp_path)
    made.git("config", "diff.dcr.command", f"{DRIVER} --")
    made.git("config", "diff.dcr.textconv", f"{DRIVER} --textconv --")
    made.git("config", "core.pager", "cat")
    made.commit({USERS: contract(), ".gitattributes": "*.yaml diff=dcr\n*.yml diff=dcr\n*.bin diff=dcr\n"})
    return made


def plain(repository: Repository, *arguments: str, **more: str) -> str:
    """Return what git prints by itself."""
    command, *others = arguments
    return repository.git(command, "--no-ext-diff", "--no-textconv", *others, **more)


def said(text: str) -> str:
    """Return the lines that stand above the diffs of a text: those of dcr."""
    lines = iter(text.split("\n"))
    found: list[str] = []
    inside = False
    for line in lines:
        if line.startswith("diff --git "):
            inside = True
        elif inside and (line == "" or re.match(r"dcr did not compare|[a-z]+[._][a-z0-9_.]+  |checked with the", line)):
            inside = False
        if not inside and line:
            found.append(line)
    return "\n".join(found)


def test_git_diff_prints_the_semantic_change_above_the_text(repository: Repository) -> None:
    repository.write(USERS, breaking())
    text = plain(repository, "diff")
    assert text.startswith("diff --git a/contracts/users.yaml b/contracts/users.yaml\nindex ")
    assert repository.git("diff") == f"{SUMMARY}\n{text}"


def test_what_is_staged_and_two_commits_are_told_alike(repository: Repository) -> None:
    repository.write(USERS, breaking())
    repository.git("add", "-A")
    assert repository.git("diff", "--cached").startswith(SUMMARY)
    repository.commit()
    assert repository.git("diff", "HEAD~1", "HEAD").startswith(SUMMARY)
    assert repository.git("show", "--ext-diff", "--format=").lstrip("\n").startswith(SUMMARY)
    assert repository.git("log", "-1", "-p", "--ext-diff", "--format=").lstrip("\n").startswith(SUMMARY)


def test_every_subfolder_and_a_bare_clone_say_the_same(repository: Repository) -> None:
    repository.commit({USERS: breaking(), "dcr.toml": ""})
    expected = repository.git("diff", "HEAD~1", "HEAD", "--", USERS)
    assert repository.git("diff", "HEAD~1", "HEAD", "--", "users.yaml", cwd=repository.folder / "contracts") == expected
    bare = repository.root / "bare.git"
    repository.git("clone", "-q", "--bare", str(repository.folder), str(bare))
    (bare / "info").mkdir(exist_ok=True)
    (bare / "info/attributes").write_text("*.yaml diff=dcr\n", "utf-8")
    told = repository.git("-c", f"diff.dcr.command={DRIVER} --", "diff", "HEAD~1", "HEAD", "--", USERS, cwd=bare)
    assert told == expected


SHOWN = """\
diff --git a/contracts/users.yaml b/contracts/users.yaml
index ID..ID 100644
--- a/contracts/users.yaml
+++ b/contracts/users.yaml
@@ -1,5 +1,5 @@
 dataset_id: users.daily_active
-version: "1.0.0"
+version: "1.1.0"
 status: active
 primary_key: [user_id, active_date]
 owners: [{team: growth-platform}]
@@ -7,14 +7,12 @@ fields:
   - {name: user_id, type: string}
   - {name: active_date, type: timestamp}
   - {name: plan, type: string, enum: [free, pro]}
-  - {name: ltv, type: number, required: false}
\x20
 dataset users.daily_active
-  version 1.0.0
+  version 1.1.0
   status active
   primary key user_id, active_date
   owner growth-platform
   field active_date: timestamp, required
-  field ltv: number, optional
   field plan: string, required, one of free | pro
   field user_id: string, required"""


@pytest.mark.parametrize("command", [("show",), ("log", "-1", "-p")])
def test_git_show_and_git_log_print_the_text_and_what_it_says(repository: Repository, command: tuple[str, ...]) -> None:
    repository.commit({USERS: breaking()})
    found = repository.git(*command)
    assert MADE.match(found)
    assert IDS.sub("ID", MADE.sub("", found)) == SHOWN


def test_layout_comments_and_order_change_the_text_and_no_fact(repository: Repository) -> None:
    lines = contract().splitlines()
    text = "\n".join(["# moved about", *lines[:-3], *reversed(lines[-3:])]) + "\n"
    repository.commit({USERS: text})
    differing = [line for line in repository.git("show", "--format=").split("\n") if re.match(r"[-+] ", line)]
    assert differing
    assert not [line for line in differing if re.match(r".  (?:field|version|owner) ", line)]
    told = repository.git("diff", "HEAD~1")
    assert told == f"users.daily_active  1.0.0  no change in meaning\n{plain(repository, 'diff', 'HEAD~1')}"


def test_a_line_keeps_its_number_in_blame_and_facts_have_their_own(repository: Repository) -> None:
    repository.commit({USERS: breaking()})
    blamed = repository.git("blame", "-s", USERS).split("\n")
    text = breaking().splitlines()
    assert [line.partition(") ")[2] for line in blamed[: len(text)]] == text
    assert any(line.endswith("  field plan: string, required, one of free | pro") for line in blamed[len(text) :])


def test_a_new_and_a_deleted_file_are_told_as_far_as_one_file_can_tell(repository: Repository) -> None:
    repository.git("mv", USERS, "contracts/elsewhere.yaml")
    repository.write("contracts/elsewhere.yaml", breaking())
    repository.git("add", "-A")
    told = repository.git("diff", "--cached", "--no-renames")
    assert said(told) == (
        "users.daily_active  1.1.0  added to this file, 3 fields\n"
        "users.daily_active  1.0.0  removed from this file, was active; "
        "needs a MAJOR bump unless another file defines it"
    )
    assert said(repository.git("diff", "--cached")) == SUMMARY


def test_the_diff_is_gits_own_to_the_byte_and_can_be_applied(repository: Repository) -> None:
    """Renames, modes, links, binary files, missing line ends and names that have to be quoted."""
    for number, name in enumerate(ODD_NAMES):
        repository.write(f"contracts/{name}", contract(f"odd.n{number}"))
    long = contract("odd.long", more="".join(f"  - {{name: f{n}, type: string}}\n" for n in range(40)))
    repository.write("contracts/moved.yaml", long)
    repository.write("contracts/mode.yaml", contract("odd.mode"))
    repository.write("contracts/linked.yaml", contract("odd.linked"))
    repository.write("contracts/gone.yaml", contract("odd.gone"))
    repository.write("contracts/some.bin", b"\0\1")
    repository.write("-root.yaml", contract("odd.root"))
    repository.commit()
    for number, name in enumerate(ODD_NAMES):
        repository.write(f"contracts/{name}", breaking(dataset_id=f"odd.n{number}").rstrip("\n"))
    (repository.folder / "contracts/moved.yaml").rename(repository.folder / "contracts/has moved.yaml")
    repository.write("contracts/has moved.yaml", long + "# and changed\n")
    (repository.folder / "contracts/has moved.yaml").chmod(0o755)
    (repository.folder / "contracts/mode.yaml").chmod(0o755)
    (repository.folder / "contracts/linked.yaml").unlink()
    (repository.folder / "contracts/linked.yaml").symlink_to("users.yaml")
    (repository.folder / "contracts/gone.yaml").unlink()
    repository.write("contracts/some.bin", b"\0\2")
    repository.write("contracts/new.yaml", contract("odd.new"))
    repository.write("contracts/empty.yaml", "")
    repository.write("-root.yaml", breaking(dataset_id="odd.root"))
    repository.git("add", "-A")
    told = repository.git("diff", "--cached")
    assert "dcr did not compare this file: proposed version, line 1: the file is a symbolic link\n" in told
    lines = plain(repository, "diff", "--cached").split("\n")
    missing = [line for line in lines if line not in told.split("\n")]
    assert missing == []
    ours = told.split("\n")
    for line in said(told).split("\n"):
        ours.remove(line)
    assert [line for line in ours if line] == [line for line in lines if line]
    patch = (told + "\n").encode("utf-8", "surrogateescape")
    binary = b"diff --git a/contracts/some.bin b/contracts/some.bin"
    repository.git("apply", "--check", "-R", "--cached", "--exclude=*.bin", given=patch)
    assert binary in patch


def test_a_file_that_is_no_contract_is_shown_as_git_shows_it(repository: Repository) -> None:
    repository.commit({"contracts/other.yaml": "a: 1\n", "contracts/text.yaml": "just text\n"})
    repository.commit({"contracts/other.yaml": "a: 2\n", "contracts/text.yaml": "other text"})
    assert repository.git("diff", "HEAD~1") == plain(repository, "diff", "HEAD~1")
    assert repository.git("show", "--format=", "HEAD~1") == plain(repository, "show", "--format=", "HEAD~1")


def test_a_file_that_cannot_be_read_is_shown_as_it_is_and_said_so(repository: Repository) -> None:
    repository.write(USERS, "dataset_id: [\n")
    told = repository.git("diff")
    first = "dcr did not compare this file: proposed version, line 2: invalid YAML: while parsing a flow node"
    assert told.startswith(first)
    assert told.partition("\n")[2] == plain(repository, "diff")
    repository.commit()
    assert "\n+dcr cannot read this file: line 2: invalid YAML" in repository.git("show")


def test_a_file_that_is_too_large_is_shown_whole(repository: Repository) -> None:
    large = contract(more="# " + "x" * 98 + "\n") + ("# " + "y" * 97 + "\n") * 30_000
    repository.write(USERS, large)
    told = repository.git("diff")
    assert told.startswith("dcr did not compare this file: proposed version, line 1: ")
    assert told.partition("\n")[2] == plain(repository, "diff")
    repository.commit()
    assert repository.git("show").count("y" * 97) == 30_000


def test_binary_content_never_reaches_the_terminal(repository: Repository) -> None:
    repository.commit({USERS: b"\0\x1b[31m"})
    for command in (("show",), ("log", "-p", "-1"), ("diff", "HEAD~1"), ("show", "--ext-diff")):
        assert "\x1b" not in repository.git(*command)
    assert "+binary, 6 bytes, " in repository.git("show")
    assert said(repository.git("diff", "HEAD~1")).startswith("users.daily_active  1.0.0  removed from this file")


def test_a_conflict_shows_both_sides_and_its_markers(repository: Repository) -> None:
    repository.branch()
    repository.commit({USERS: contract(version="1.1.0")})
    repository.git("checkout", "-q", "main")
    repository.commit({USERS: contract(version="1.2.0")})
    merge = ["git", "-c", "user.name=a", "-c", "user.email=a@example.com", "merge", "feature"]
    ended = subprocess.run(
        merge, cwd=repository.folder, env=repository.environment(), capture_output=True, check=False, timeout=60
    )
    assert ended.returncode == 1
    told = repository.git("diff")
    assert told.startswith("diff --cc contracts/users.yaml\n")
    assert "\n++<<<<<<< HEAD\n" in told
    assert told.endswith("\n++dcr cannot read this file: line 2: merge conflict marker in the file")
    assert repository.git("diff", "--ours").startswith("* Unmerged path contracts/users.yaml\n")
    repository.write(USERS, contract(version="1.3.0"))
    repository.commit()
    merged = repository.git("show")
    assert '\n++version: "1.3.0"\n' in merged
    assert "\n++  version 1.3.0\n" in merged


def test_what_is_made_for_programs_is_left_as_it_is(repository: Repository) -> None:
    """git add -p would not understand its hunks, and a patch that is mailed has to be one."""
    repository.write(USERS, breaking())
    staged = repository.shell("printf 'y\\ny\\n' | git add -p")
    assert staged.returncode == 0, staged.stderr
    assert "dataset users.daily_active" not in staged.stdout
    assert repository.git("diff") == ""
    repository.commit()
    for command in (("format-patch", "-1", "--stdout"), ("diff", "--stat", "HEAD~1"), ("diff-tree", "-p", "HEAD")):
        told = repository.git(*command)
        assert told
        assert "dataset users.daily_active" not in told
        assert "needs a MAJOR bump" not in told


def test_git_may_keep_what_it_was_told(repository: Repository) -> None:
    repository.commit({USERS: breaking()})
    told = repository.git("log", "-p")
    repository.git("config", "diff.dcr.cachetextconv", "true")
    assert repository.git("log", "-p") == told
    assert repository.git("for-each-ref", "--format=%(refname)", "refs/notes/") == "refs/notes/textconv/dcr"


def test_a_missing_end_of_the_last_line_is_said(repository: Repository) -> None:
    repository.commit({USERS: contract().rstrip("\n")})
    assert "\n+\\ No newline at end of file\n" in repository.git("show")


EDITS = {
    "odcs/returns.yaml": ("required: true", "required: false"),
    "dcs/carts.yaml": ("required: true", "required: false"),
    "dbt/schema.yml": ("not_null", "unique"),
    "commerce/orders.yaml": ("    format: uuid\n", ""),
}


@pytest.mark.parametrize("name", EDITS)
def test_every_format_is_told_of(repository: Repository, name: str) -> None:
    text = (ROOT / "contracts-example" / name).read_text("utf-8")
    old, new = EDITS[name]
    assert old in text
    repository.commit({f"contracts/{name}": text})
    repository.commit({f"contracts/{name}": text.replace(old, new, 1)})
    told = repository.git("diff", "HEAD~1")
    assert re.search(r"^\S+(?:  \S+)?  needs a M\w+ bump", told), told
    assert re.search(r"^\+  field \w+", repository.git("show"), re.MULTILINE)


def test_the_mode_is_the_one_the_policy_sets(repository: Repository) -> None:
    repository.write(USERS, breaking())
    repository.write("dcr.toml", 'mode = "none"\n')
    assert said(repository.git("diff")) == (
        "users.daily_active  1.0.0 → 1.1.0  needs a PATCH bump, has MINOR\n  PATCH  field 'ltv' was removed"
    )
    repository.write("dcr.toml", 'mod = "none"\n')
    assert said(repository.git("diff")) == (
        f"{SUMMARY}\nchecked with the default policy: 'dcr.toml': unknown setting 'mod'"
    )


def test_names_cannot_move_the_cursor_or_forge_a_line(repository: Repository) -> None:
    more = 'description: "a\\n::error::b\\u202e"\nowners: [{team: "::error::c"}]'
    hostile = contract('"::error::id"', more=more).replace("owners: [{team: growth-platform}]\n", "")
    repository.write(USERS, hostile)
    assert said(repository.git("diff")).startswith(".::error::id  1.0.0  added to this file, 4 fields\n")
    facts = repository.git("diff", "--no-ext-diff").partition("\n+dataset ")[2]
    assert facts.startswith("::error::id\n")
    assert "\n+  description a\\n::error::b\\u202e\n" in facts


PAGED = {"GIT_PAGER_IN_USE": "true"}
"""What git itself says to the programs that it runs in front of its pager."""


@pytest.mark.parametrize(
    ("settings", "variables", "colored"),
    [
        ((), {}, False),
        ((), PAGED, True),
        ((), {**PAGED, "NO_COLOR": "1"}, False),
        ((), {**PAGED, "TERM": "dumb"}, False),
        (("-c", "color.ui=false"), PAGED, False),
        (("-c", "color.diff=never", "-c", "color.ui=always"), PAGED, False),
        (("-c", "color.ui=always"), {}, True),
        (("-c", "color.diff=always", "-c", "color.ui=false"), {}, True),
    ],
)
def test_colours_are_there_where_git_has_them(
    repository: Repository, settings: tuple[str, ...], variables: dict[str, str], *, colored: bool
) -> None:
    repository.write(USERS, breaking())
    variables = {"TERM": "xterm", **variables}
    told = repository.git(*settings, "diff", **variables)
    assert ("\x1b" in told) is colored
    assert re.sub("\x1b\\[[0-9;]*m", "", told).startswith(SUMMARY)
    if "NO_COLOR" not in variables:
        assert told.endswith(repository.git(*settings, "diff", "--no-ext-diff", "--no-textconv", **variables))


def test_the_users_own_colours_and_context_are_kept(repository: Repository) -> None:
    repository.write(USERS, breaking())
    mine = ("-c", "color.ui=always", "-c", "color.diff.old=magenta", "-c", "diff.context=1")
    told = repository.git(*mine, "diff")
    assert "\x1b[35m-" in told
    assert told.count(" user_id") < repository.git("-c", "color.ui=always", "diff").count(" user_id")


def test_a_reader_who_leaves_ends_it_quietly(repository: Repository) -> None:
    for number in range(12):
        repository.write(f"contracts/n{number}.yaml", contract(f"many.n{number}"))
    repository.write("contracts/n0.yaml", contract("many.n0", more="# more than a pipe holds\n" * 10_000))
    repository.git("add", "-A")
    ended = repository.shell("git diff --cached | head -n 1; git diff --cached >/dev/full; echo end")
    assert ended.stdout == "many.n0  1.0.0  added to this file, 4 fields\nend\n"
    before, _, after = ended.stderr.partition("dcr: error: cannot write to stdout")
    assert before == ""
    assert "external diff died" in after


def test_the_set_up_lines_set_it_up(tmp_path: Path) -> None:
    made = Repository(tmp_path)
    globs = ("contracts/**/*.yaml", "*.contract.yml", "data sets/*/c?.yaml", "#odd/x.yaml")
    made.write("dcr.toml", f"contracts = {list(globs)}\nexclude = ['contracts/old/**']\n".replace("'", '"'))
    lines = made.dcr("git-diff-driver").out.splitlines()
    made.write(".gitattributes", "\n".join(line for line in lines if not line.startswith("git ")))
    script = "\n".join(line for line in lines if line.startswith("git "))
    assert made.shell(script).returncode == 0
    assert made.git("config", "diff.dcr.command") == "dcr git-diff-driver --"
    assert made.git("config", "diff.dcr.textconv") == "dcr git-diff-driver --textconv --"
    scope = Scope(globs, ("contracts/old/**",))
    paths = ("contracts/a.yaml", "contracts/b/c/a.yaml", "contracts/old/a.yaml", "contracts/a.yml", "a.contract.yml",
             "sub/a.contract.yml", "data sets/x/c1.yaml", "data sets/x/y/c1.yaml", "data sets/x/c12.yaml",
             "#odd/x.yaml", "sub/contracts/a.yaml")  # fmt: skip
    told = made.git("check-attr", "-z", "diff", "--", *paths).split("\0")
    assert {path for path, value in zip(told[::3], told[2::3], strict=False) if value == "dcr"} == {
        path for path in paths if scope.covers(path)
    }


def test_without_a_policy_or_a_repository_the_default_globs_are_set_up(tmp_path: Path) -> None:
    made = Repository(tmp_path)
    expected = """\
# add to .gitattributes and commit:
contracts*/**/*.yaml diff=dcr
contracts*/**/*.yml diff=dcr

# run once in each clone, or once with --global:
git config diff.dcr.command 'dcr git-diff-driver --'
git config diff.dcr.textconv 'dcr git-diff-driver --textconv --'
"""
    assert made.dcr("git-diff-driver") == (0, expected, "")
    (tmp_path / "nowhere").mkdir()
    assert made.dcr("git-diff-driver", cwd=tmp_path / "nowhere") == (0, expected, "")


def test_what_git_never_hands_over_is_refused(tmp_path: Path) -> None:
    made = Repository(tmp_path)
    made.dcr("git-diff-driver", "a", "b").says("expected 1, 7 or 9 arguments from git, found 2")
    made.dcr("git-diff-driver", "--textconv").says("--textconv takes one file, found 0")
    made.dcr("git-diff-driver", "--textconv", "nowhere.yaml").says(
        "'nowhere.yaml', which git passed to dcr, cannot be read"
    )
