"""Checks that no change can hide the consumer that it breaks: declarations count from the base and the change."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

import pytest
from consumer_files import COMPLETE_MARK, DASHBOARD, DECLARED_POLICY, consumer, find_issue, severities
from repositories import USERS, Repository, breaking, contract

from dcr.compatibility.rules import list_kinds

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

Evasion = dict[str, str | bytes | None]

BASE = {
    USERS: contract(more=COMPLETE_MARK),
    "dcr.toml": f'mode = "full"\n{DECLARED_POLICY}',
    DASHBOARD: consumer(),
    "consumers/ops/other.yaml": consumer("ops.other", fields="[user_id]", team="ops"),
}
"""A dataset with complete consumers. Without `DASHBOARD`, the removal of `ltv` is a warning."""

REMOVED = breaking("2.0.0", more=COMPLETE_MARK)
FREE_REMOVED = contract(version="2.0.0", more=COMPLETE_MARK).replace("[free, pro]", "[pro]")
TEAM_ADDED = contract(version="2.0.0", more=COMPLETE_MARK).replace("[free, pro]", "[free, pro, team]")
SWITCHES = consumer(fields="[user_id]", values="{plan: [free, pro]}")
VALIDATES = consumer(fields="[plan]", reads="rows")
LARGE = "# a comment\n" * 180_000


@pytest.fixture
def start(tmp_path: Path) -> Callable[..., Repository]:
    """Return a function that makes a repository with some files on main, on a new branch."""

    def make(files: dict[str, str] = BASE) -> Repository:
        repository = Repository(tmp_path)
        repository.commit(files)
        repository.branch()
        return repository

    return make


def write(repository: Repository, files: Evasion) -> None:
    for path, text in files.items():
        if text is None:
            (repository.folder / path).unlink()
        else:
            repository.write(path, text)


def check_everywhere(repository: Repository, kind: str = "field_removed", *, branch: str = "feature") -> list[str]:
    """Return the severity of an issue in the working tree, the index, a commit, a merge, and a bare repository."""
    found = [repository.check()]
    repository.git("add", "-A")
    found.append(repository.check("--staged"))
    repository.git("commit", "-q", "-m", "change")
    found += [repository.check("--head", branch), repository.check("--merged")]
    bare = repository.root / "bare.git"
    repository.git("clone", "-q", "--bare", "--template=", str(repository.folder), str(bare))
    found.append(repository.check("--base", "main", "--head", branch, cwd=bare))
    assert all(outcome.code == (find_issue(outcome, kind)["severity"] == "error") for outcome in found)
    return [find_issue(outcome, kind)["severity"] for outcome in found]


def test_without_a_consumer_that_uses_the_field_its_removal_is_a_warning(start: Callable[..., Repository]) -> None:
    repository = start({**BASE, DASHBOARD: consumer(fields="[user_id]")})
    repository.write(USERS, REMOVED)
    assert check_everywhere(repository) == ["warning"] * 5


EVASIONS = {
    "deleted": {DASHBOARD: None},
    "emptied": {DASHBOARD: ""},
    "made a comment": {DASHBOARD: "# it has moved\n"},
    "field taken off the list": {DASHBOARD: consumer(fields="[user_id]")},
    "another dataset": {DASHBOARD: consumer(dataset="users.weekly")},
    "version range moved": {DASHBOARD: consumer(versions='"<1"')},
    "until a day in the past": {DASHBOARD: consumer(until="2020-01-01")},
    "renamed": {DASHBOARD: consumer("finance.old", fields="[user_id]")},
    "file renamed": {DASHBOARD: None, "consumers/finance/board.yaml": consumer(fields="[user_id]")},
    "moved to another folder": {DASHBOARD: None, "consumers/ops/board.yaml": consumer()},
    "moved out of scope": {DASHBOARD: None, "attic/dashboard.yaml": consumer()},
    "another suffix": {DASHBOARD: None, "consumers/finance/dashboard.txt": consumer()},
    "invalid YAML": {DASHBOARD: "consumer: ["},
    "an unknown key": {DASHBOARD: consumer().replace("uses:", "used:")},
    "a value of another shape": {DASHBOARD: consumer(fields="all")},
    "a list": {DASHBOARD: "- nothing\n"},
    "UTF-16": {DASHBOARD: consumer(fields="[user_id]").encode("utf-16")},
    "bytes that are no text": {DASHBOARD: b"consumer: \xff\xfe\n"},
    "too large": {DASHBOARD: LARGE + consumer(fields="[user_id]")},
    "excluded by an edited policy": {
        DASHBOARD: consumer(fields="[user_id]"),
        "dcr.toml": f'mode = "full"\n{DECLARED_POLICY}paths = ["consumers/ops/*.yaml"]\n',
    },
    "excluded by an edited policy alone": {
        "dcr.toml": f'mode = "full"\n{DECLARED_POLICY}paths = ["consumers/ops/*.yaml"]\n'
    },
}


@pytest.mark.parametrize("evasion", EVASIONS.values(), ids=EVASIONS)
def test_a_declaration_of_the_base_counts_whatever_the_change_does_to_it(
    start: Callable[..., Repository], evasion: Evasion
) -> None:
    repository = start()
    write(repository, {USERS: REMOVED, **evasion})
    assert check_everywhere(repository) == ["error"] * 5


@pytest.mark.parametrize(
    ("declared", "changed", "break_", "kind"),
    [
        pytest.param(
            SWITCHES, SWITCHES.replace("free, ", ""), FREE_REMOVED, "field_enum_shrunk", id="a value taken off"
        ),
        pytest.param(
            SWITCHES,
            SWITCHES.replace("free, pro", "free, pro, team"),
            TEAM_ADDED,
            "field_enum_expanded",
            id="one added",
        ),
        pytest.param(VALIDATES, VALIDATES.replace("rows", "queries"), TEAM_ADDED, "field_enum_expanded", id="reads"),
    ],
)
def test_values_and_the_way_of_reading_count_from_the_base_too(
    start: Callable[..., Repository], declared: str, changed: str, break_: str, kind: str
) -> None:
    repository = start({**BASE, DASHBOARD: declared})
    write(repository, {USERS: break_, DASHBOARD: changed})
    assert check_everywhere(repository, kind) == ["error"] * 5


@pytest.mark.parametrize("target", ["other.yaml", "../ops/other.yaml", "/etc/hostname"])
def test_a_declaration_made_a_link_counts_from_the_base(start: Callable[..., Repository], target: str) -> None:
    repository = start()
    write(repository, {USERS: REMOVED, DASHBOARD: None})
    (repository.folder / DASHBOARD).symlink_to(target)
    assert check_everywhere(repository) == ["error"] * 5


@pytest.mark.parametrize("names", [["zz"], ["zy", "zz", "zx", "zw", "zv"]], ids=["one", "only"])
def test_links_beside_a_declaration_do_not_hide_it(start: Callable[..., Repository], names: list[str]) -> None:
    """The search of unchanged declarations begins with the last files."""
    repository = start()
    repository.git("checkout", "-q", "main")
    for name in names:
        (repository.folder / f"consumers/{name}.yaml").symlink_to("finance/dashboard.yaml")
    repository.commit()
    repository.branch("later")
    repository.write(USERS, REMOVED)
    assert check_everywhere(repository, branch="later") == ["error"] * 5


def test_a_declaration_made_a_folder_counts_from_the_base(start: Callable[..., Repository]) -> None:
    repository = start()
    write(repository, {USERS: REMOVED, DASHBOARD: None, f"{DASHBOARD}/note.txt": "moved"})
    assert check_everywhere(repository) == ["error"] * 5


def test_a_declaration_that_git_ignores_counts_from_the_base(start: Callable[..., Repository]) -> None:
    repository = start()
    repository.git("rm", "-q", "--cached", DASHBOARD)
    write(repository, {USERS: REMOVED, ".gitignore": "consumers/finance\n"})
    assert check_everywhere(repository) == ["error"] * 5


@pytest.mark.parametrize("flag", ["--assume-unchanged", "--skip-worktree"])
def test_a_declaration_that_git_does_not_look_at_counts_as_the_index_has_it(
    start: Callable[..., Repository], flag: str
) -> None:
    repository = start()
    repository.git("update-index", flag, DASHBOARD)
    write(repository, {USERS: REMOVED, DASHBOARD: consumer(fields="[user_id]")})
    assert find_issue(repository.check())["severity"] == "error"
    (repository.folder / DASHBOARD).unlink()
    assert find_issue(repository.check())["severity"] == "error"


NEW = {
    "valid": consumer(),
    "in no folder of its own": consumer(),
    "invalid YAML that mentions the dataset": "consumer: [\n# users.daily_active\n",
    "an unknown key": consumer().replace("reads", "reeds") + "note: 1\n",
    "UTF-16": consumer().encode("utf-16"),
    "too large": LARGE + consumer(),
}


@pytest.mark.parametrize("name", NEW)
def test_a_declaration_that_only_the_change_has_counts(start: Callable[..., Repository], name: str) -> None:
    repository = start({path: text for path, text in BASE.items() if path != DASHBOARD})
    path = "consumers/board.yaml" if "folder" in name else DASHBOARD
    write(repository, {USERS: REMOVED, path: NEW[name]})
    assert check_everywhere(repository) == ["error"] * 5


def test_a_declaration_that_only_the_base_s_tip_has_counts(start: Callable[..., Repository]) -> None:
    repository = start({path: text for path, text in BASE.items() if path != DASHBOARD})
    repository.git("checkout", "-q", "main")
    repository.commit({DASHBOARD: consumer()})
    repository.git("checkout", "-q", "feature")
    repository.write(USERS, REMOVED)
    assert check_everywhere(repository) == ["error"] * 5


def test_a_declaration_that_the_base_s_tip_deleted_counts_until_it_is_merged(start: Callable[..., Repository]) -> None:
    repository = start()
    repository.git("checkout", "-q", "main")
    repository.commit({DASHBOARD: None})
    repository.git("checkout", "-q", "feature")
    repository.write(USERS, REMOVED)
    assert check_everywhere(repository) == ["error", "error", "error", "warning", "error"]
    repository.git("merge", "-q", "--no-edit", "main")
    assert find_issue(repository.check())["severity"] == "warning"


def test_a_declaration_in_conflict_counts(start: Callable[..., Repository]) -> None:
    """Neither side of the conflict was in the merge base, and the base's does not use the field."""
    repository = start({path: text for path, text in BASE.items() if path != DASHBOARD})
    repository.commit({DASHBOARD: consumer()})
    repository.git("checkout", "-q", "main")
    repository.commit({DASHBOARD: consumer(fields="[plan]")})
    repository.git("checkout", "-q", "feature")
    with contextlib.suppress(AssertionError):
        repository.git("merge", "-q", "main")
    repository.write(USERS, REMOVED)
    assert find_issue(repository.check())["severity"] == "error"
    repository.git("add", USERS)
    assert find_issue(repository.check("--staged"))["severity"] == "error"


@pytest.mark.parametrize("glob", ["teams/**/*.yaml", "teams/**uses.yaml", "team**/uses.yaml", "**/uses.yaml"])
def test_a_declaration_counts_wherever_the_policy_s_glob_finds_it(start: Callable[..., Repository], glob: str) -> None:
    """Git reads some globs in another way, and searches the declarations that did not change."""
    policy = f'mode = "full"\n{DECLARED_POLICY}paths = ["{glob}"]\n'
    repository = start({USERS: BASE[USERS], "dcr.toml": policy, "teams/a/finance/uses.yaml": consumer()})
    repository.write(USERS, REMOVED)
    assert find_issue(repository.check())["severity"] == "error"


def test_a_declaration_of_one_of_several_merge_bases_counts(start: Callable[..., Repository]) -> None:
    repository = start({path: text for path, text in BASE.items() if path != DASHBOARD})
    feature = repository.commit({"a.txt": "feature"})
    repository.git("checkout", "-q", "main")
    main = repository.commit({DASHBOARD: consumer()})
    repository.git("merge", "-q", "--no-ff", "-m", "merge", feature)
    repository.git("checkout", "-q", "feature")
    repository.git("merge", "-q", "--no-ff", "-m", "merge", main)
    assert len(repository.git("merge-base", "--all", "main", "feature").split()) == 2
    write(repository, {USERS: REMOVED, DASHBOARD: None})
    assert find_issue(repository.check())["severity"] == "error"
    repository.commit()
    assert find_issue(repository.check("--head", "feature"))["severity"] == "error"


@pytest.mark.parametrize("paths", [(USERS,), ("contracts",)], ids=["file", "folder"])
def test_a_check_of_some_paths_reads_all_declarations(start: Callable[..., Repository], paths: tuple[str, ...]) -> None:
    repository = start()
    write(repository, {USERS: REMOVED, DASHBOARD: None})
    assert find_issue(repository.check(*paths))["severity"] == "error"


STEPS: dict[str, Evasion] = {
    "deleted": {DASHBOARD: None},
    "narrowed": {DASHBOARD: consumer(fields="[user_id]")},
    "moved away": {DASHBOARD: None, "attic/dashboard.yaml": consumer()},
}


@pytest.mark.parametrize("step", STEPS.values(), ids=STEPS)
@pytest.mark.parametrize("breaking_setting", ["all", "declared"])
def test_in_two_steps_the_break_is_never_silent(
    start: Callable[..., Repository], step: Evasion, breaking_setting: str
) -> None:
    policy = f'[consumers]\nbreaking = "{breaking_setting}"\n'
    repository = start({**BASE, "dcr.toml": policy})
    repository.commit(step)
    if "use_removed" in list_kinds():
        assert "use_removed" in severities(repository.check())
    repository.git("checkout", "-q", "main")
    repository.git("merge", "-q", "--ff-only", "feature")
    repository.branch("later")
    repository.commit({USERS: REMOVED})
    outcome = repository.dcr("check", "--format", "text")
    expected = {"all": (1, "error"), "declared": (0, "warning")}
    code, severity = expected[breaking_setting]
    assert outcome.code == code
    assert f"{severity}: field 'ltv' was removed" in outcome.out
