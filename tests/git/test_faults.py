"""Git fails at its N-th call, for every N: the answer is the same as without the fault, or there is none.

The truth of every scenario is exit 1. After SQLite's tests of anomalies, https://www.sqlite.org/testing.html.
"""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING, NamedTuple

import pytest
from repositories import USERS, Outcome, Repository, breaking, contract

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

SHIM = """\
#!/bin/sh
number=$(($(cat {folder}/count) + 1))
echo $number >{folder}/count
test $number = "$FAULT_AT" || exec {git} "$@"
case "$FAULT" in
fails) echo "fatal: made up" >&2; exit 128;;
"is killed") kill -9 $$;;
"says nothing") cat >/dev/null; exit 0;;
"says something else") cat >/dev/null; echo "made up"; exit 0;;
"stops in the middle")
    {git} "$@" >{folder}/out; code=$?
    head -c $(($(wc -c <{folder}/out) / 2)) {folder}/out; exit $code;;
"loses its output") {git} "$@" >/dev/null;;
"loses its last line") {git} "$@" >{folder}/out; code=$?; sed '$d' {folder}/out; exit $code;;
"stops before the end") {git} "$@" >{folder}/out; code=$?; head -c -1 {folder}/out; exit $code;;
"ends with one") cat >/dev/null; exit 1;;
hangs) exec sleep 60;;
esac
"""
FAULTS = (
    "fails", "is killed", "says nothing", "says something else", "stops in the middle", "stops before the end", "hangs",
    "ends with one", "loses its output", "loses its last line",
)  # fmt: skip
WIDER = "  - {name: country, type: string, required: false}"


class Scenario(NamedTuple):
    """A repository, and how it is asked."""

    repository: Repository
    arguments: tuple[str, ...] = ()
    variables: dict[str, str] = {}  # noqa: RUF012 (never written to)


def changed_in_the_working_tree(root: Path) -> Scenario:
    repository = started(root)
    repository.write(USERS, breaking())
    return Scenario(repository)


def staged(root: Path) -> Scenario:
    repository = started(root)
    repository.write(USERS, breaking())
    repository.git("add", "-A")
    repository.write(USERS, contract())
    return Scenario(repository, ("--staged", "--base", "main"))


def committed_and_bare(root: Path) -> Scenario:
    repository = started(root)
    repository.commit({USERS: breaking()})
    repository.git("clone", "-q", "--bare", "--template=", str(repository.folder), "server.git", cwd=root)
    return Scenario(Repository(root, "server.git", init=None), ("--head", "feature", "--base", "main"))


def copied_to_an_untracked_file(root: Path) -> Scenario:
    repository = started(root)
    repository.write("contracts/copy.yaml", contract())
    return Scenario(repository)


def copied_in_a_commit(root: Path) -> Scenario:
    repository = started(root)
    repository.commit({"contracts/copy.yaml": contract()})
    return Scenario(repository, ("--head", "HEAD"))


def copied_many_times(root: Path) -> Scenario:
    repository = started(root)
    new = {f"contracts/new/{number}.yaml": contract(f"new.number_{number}") for number in range(70)}
    repository.commit({**new, "contracts/copy.yaml": contract()})
    return Scenario(repository)


def unreadable_before(root: Path) -> Scenario:
    repository = started(root)
    repository.git("checkout", "-q", "main")
    repository.commit({USERS: "dataset_id: ["})
    repository.branch("second")
    repository.commit({USERS: breaking("2.0.0")})
    return Scenario(repository)


def broken_only_by_the_policy(root: Path) -> Scenario:
    repository = started(root)
    repository.git("checkout", "-q", "main")
    repository.commit({"dcr.toml": 'contracts = ["models/**"]\nmode = "full"\n', "models/users.yaml": contract("a.b")})
    repository.branch("second")
    repository.write("models/users.yaml", contract("a.b", "2.0.0").replace("[free, pro]", "[free, pro, team]"))
    return Scenario(repository)


def accepted_where_it_does_not_count(root: Path) -> Scenario:
    repository = started(root)
    repository.git("checkout", "-q", "main")
    repository.commit({"dcr.toml": 'accept_from = "base"\n'})
    repository.branch("second")
    entry = '{dataset: users.daily_active, version: "2.0.0", kind: field_removed, field: ltv, reason: because}'
    repository.commit({USERS: breaking("2.0.0"), "dcr.accepted.yaml": f"accepted:\n  - {entry}\n"})
    return Scenario(repository)


def published_meanwhile(root: Path) -> Scenario:
    repository = started(root)
    repository.commit({USERS: contract(version="1.1.0", more=WIDER)})
    repository.git("checkout", "-q", "main")
    repository.commit({USERS: contract(version="1.1.0", more="description: rows")})
    repository.git("checkout", "-q", "feature")
    return Scenario(repository)


def named_by_a_ci(root: Path) -> Scenario:
    repository = started(root)
    repository.commit({USERS: breaking()})
    repository.git("update-ref", "refs/remotes/origin/trunk", "main")
    repository.git("branch", "trunk", "feature")  # of no use: it would hide the break
    return Scenario(repository, (), {"GITHUB_ACTIONS": "true", "GITHUB_BASE_REF": "trunk"})


def named_by_the_policy(root: Path) -> Scenario:
    repository = started(root)
    repository.git("branch", "-m", "main", "trunk")
    repository.git("checkout", "-q", "trunk")
    repository.commit({"dcr.toml": 'base = "trunk"\n'})
    repository.git("branch", "-D", "feature")
    repository.branch("feature")
    repository.commit({USERS: breaking()})
    return Scenario(repository)


def moved_out_of_scope(root: Path) -> Scenario:
    repository = started(root)
    repository.commit({USERS: None, "models/users.txt": contract()})
    return Scenario(repository)


def prepared_by_a_stranger(root: Path) -> Scenario:
    repository = started(root)
    repository.git("config", "filter.evil.clean", "cat")
    repository.write(USERS, breaking())
    return Scenario(repository)


def in_the_hook_of_a_linked_worktree(root: Path) -> Scenario:
    repository = started(root)
    repository.git("worktree", "add", "-q", "-b", "other", "../linked", "main")
    linked = Repository(root, "linked", init=None)
    linked.write(USERS, breaking())
    linked.git("add", "-A")
    git_dir = linked.git("rev-parse", "--absolute-git-dir")
    variables = {"GIT_DIR": git_dir, "GIT_WORK_TREE": str(linked.folder), "GIT_INDEX_FILE": f"{git_dir}/index"}
    return Scenario(linked, ("--staged",), variables)


def criss_crossed(root: Path) -> Scenario:
    repository = started(root)
    repository.commit({"a.txt": "feature"})
    repository.git("checkout", "-q", "main")
    repository.commit({"b.txt": "main"})
    main = repository.git("rev-parse", "main")
    repository.git("merge", "-q", "--no-ff", "-m", "merge", "feature")
    repository.git("checkout", "-q", "feature")
    repository.git("merge", "-q", "--no-ff", "-m", "merge", main)
    repository.commit({USERS: breaking()})
    return Scenario(repository, ("--base", "main"))


def criss_crossed_by_the_merge_under_way(root: Path) -> Scenario:
    scenario = criss_crossed(root)
    repository = scenario.repository
    repository.git("branch", "other", "main")
    repository.git("checkout", "-q", "-b", "late", "main~1")
    repository.commit({"c.txt": "late"})
    repository.git("merge", "-q", "--no-commit", "feature")
    return scenario


def broken_by_the_merge(root: Path) -> Scenario:
    repository = started(root)
    repository.commit({"contracts/a.yaml": contract("shop.orders")})
    repository.git("checkout", "-q", "main")
    repository.commit({"contracts/b.yaml": contract("shop.orders")})
    repository.git("checkout", "-q", "feature")
    return Scenario(repository, ("--merged", "--base", "main"))


def started(root: Path) -> Repository:
    repository = Repository(root)
    repository.commit({USERS: contract(), "notes.txt": "x"})
    repository.branch()
    return repository


def run(scenario: Scenario, at: int, fault: str) -> Outcome:
    shim = scenario.repository.root / "shim"
    (shim / "count").write_text("0")
    variables = {**scenario.variables, "FAULT_AT": str(at), "FAULT": fault}
    if fault == "hangs":
        variables["DCR_GIT_TIMEOUT"] = "0.3"
    writes = ("shim/count", "shim/out")
    return scenario.repository.check(*scenario.arguments, path=str(shim), writes=writes, **variables)


def survives(root: Path, scene: Callable[[Path], Scenario], fault: str, expected: int = 1) -> None:
    scenario = scene(root)
    git = shutil.which("git")
    shim = root / "shim"
    shim.mkdir()
    (shim / "git").write_text(SHIM.format(folder=shim, git=git))
    (shim / "git").chmod(0o755)
    truth = run(scenario, 0, "")
    assert truth.code == expected, truth
    calls = int((shim / "count").read_text())
    assert calls >= 2
    for number in range(1, calls + 1):
        outcome = run(scenario, number, fault)
        if outcome.code == expected == 1:
            assert outcome.report == truth.report, (number, fault)
        else:
            assert outcome.code == 2, (number, fault, outcome)
            assert outcome.out == ""


@pytest.mark.parametrize("fault", FAULTS)
def test_every_kind_of_fault_at_every_call(tmp_path: Path, fault: str) -> None:
    survives(tmp_path, changed_in_the_working_tree, fault)


@pytest.mark.parametrize("fault", ["says nothing", "stops in the middle"])
@pytest.mark.parametrize(
    "scene",
    [
        staged, committed_and_bare, copied_to_an_untracked_file, copied_in_a_commit, copied_many_times,
        unreadable_before, broken_only_by_the_policy, accepted_where_it_does_not_count,
        published_meanwhile, named_by_a_ci, named_by_the_policy, moved_out_of_scope, prepared_by_a_stranger,
        in_the_hook_of_a_linked_worktree, broken_by_the_merge,
    ],
)  # fmt: skip
def test_a_fault_at_every_call_of_every_job(tmp_path: Path, scene: Callable[[Path], Scenario], fault: str) -> None:
    survives(tmp_path, scene, fault)


@pytest.mark.parametrize("scene", [copied_in_a_commit, named_by_the_policy, unreadable_before])
def test_an_exit_code_that_often_means_no_is_not_taken_for_one(
    tmp_path: Path, scene: Callable[[Path], Scenario]
) -> None:
    survives(tmp_path, scene, "ends with one")


@pytest.mark.parametrize("scene", [copied_to_an_untracked_file, unreadable_before, named_by_a_ci, published_meanwhile])
def test_a_failure_is_not_taken_for_an_answer(tmp_path: Path, scene: Callable[[Path], Scenario]) -> None:
    survives(tmp_path, scene, "fails")


@pytest.mark.parametrize("fault", ["loses its last line", "says nothing", "fails"])
def test_a_second_merge_base_is_not_lost(tmp_path: Path, fault: str) -> None:
    survives(tmp_path, criss_crossed, fault)


@pytest.mark.parametrize("fault", ["loses its last line", "says nothing", "stops before the end"])
def test_nor_what_a_merge_under_way_brings(tmp_path: Path, fault: str) -> None:
    survives(tmp_path, criss_crossed_by_the_merge_under_way, fault)
