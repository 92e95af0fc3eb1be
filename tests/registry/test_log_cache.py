"""Checks that a kept log is the one that git lists, whatever happened to the repository since it was stored."""

from __future__ import annotations

import json
import random
from typing import TYPE_CHECKING, Any

import pytest
from repositories import Repository

from dcr.git.history import LogEntry, read_file_log, read_log
from dcr.git.objects import list_tree
from dcr.git.repository import discover_repository
from dcr.policy.scope import Scope
from dcr.registry.history import log_cache
from dcr.registry.history.file_history import find_kept_file_log
from dcr.registry.history.log_cache import read_kept_log

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

ALL = Scope(["contracts/**/*.yaml"])
PATHS = [f"contracts/{name}.yaml" for name in ("a", "b", "é", "deep/c", "deep/d d")] + ["README", "other.yaml"]


@pytest.fixture(autouse=True)
def cache(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return the cache folder of this process."""
    folder = tmp_path_factory.mktemp("cache")
    monkeypatch.setenv("XDG_CACHE_HOME", str(folder))
    return folder / "dcr"


@pytest.fixture
def repository(tmp_path: Path) -> Repository:
    made = Repository(tmp_path)
    for number in range(4):
        made.commit(dict.fromkeys(PATHS[number : number + 3], f"{number}"))
    return made


@pytest.fixture
def walks(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Return the commits of which git has listed the whole log."""
    listed: list[str] = []

    def count(repository: Any, commit: str, scope: Scope) -> list[LogEntry]:
        listed.append(commit)
        return read_log(repository, commit, scope)

    monkeypatch.setattr(log_cache, "read_log", count)
    return listed


def read(repository: Repository, ref: str = "main", scope: Scope = ALL) -> list[LogEntry]:
    """Return the kept log, which is the one that git lists."""
    found, commit = discover_repository(str(repository.folder)), repository.git("rev-parse", f"{ref}^{{commit}}")
    expected = read_log(found, commit, scope)
    assert read_kept_log(found, commit, scope)[0] == expected
    assert read_kept_log(found, commit, scope)[0] == expected
    tree = list_tree(found.git, commit)
    files = {path: oid for path, oid in tree.items() if oid and scope.covers(path)}
    kept = find_kept_file_log(found, commit, scope, files)
    if kept is not None:
        listed = read_file_log(found, commit, files)
        assert [(each.commit, each.entries) for each in kept] == [(each.commit, each.entries) for each in listed]
        assert all(
            each.is_root == other.is_root or each.commit == expected[-1].commit
            for each, other in zip(kept, listed, strict=True)
        )
        assert find_kept_file_log(found, commit, scope, {**files, "other.txt": "0" * 40}) is None
    return expected


def change(repository: Repository, rng: random.Random) -> None:
    """Write, delete, or link some files, or move one."""
    for path in rng.sample(PATHS, rng.randrange(1, 4)):
        target = repository.folder / path
        kind = rng.random()
        if kind < 0.6 or not target.is_file():
            target.unlink(missing_ok=True)
            repository.write(path, str(rng.randrange(5)))
        elif kind < 0.8:
            target.unlink()
        elif kind < 0.9:
            target.unlink()
            target.symlink_to("README")
        else:
            target.rename(repository.folder / "contracts/moved.yaml")
    repository.commit()


def step(repository: Repository, rng: random.Random) -> None:
    """Commit, merge, rewrite or switch branches."""
    kind = rng.randrange(6)
    if kind <= 2:
        for _ in range(rng.randrange(1, 4)):
            change(repository, rng)
    elif kind == 3:
        repository.git("checkout", "-q", "-b", "topic", f"HEAD~{rng.randrange(3)}")
        change(repository, rng)
        repository.git("checkout", "-q", "main")
        repository.git("merge", "-q", "--no-commit", "-s", "ours", "topic")
        change(repository, rng)
        repository.git("branch", "-q", "-D", "topic")
    elif kind == 4:
        repository.git("reset", "-q", "--hard", f"HEAD~{rng.randrange(1, 3)}")
        for _ in range(3):
            change(repository, rng)
    else:
        subject = f"amended {rng.random()}".encode() + b" \xff"
        repository.git("commit", "-q", "--amend", "--allow-empty", "-F", "-", given=subject)


@pytest.mark.parametrize("seed", range(3))
def test_random_histories_have_the_log_that_git_lists(repository: Repository, walks: list[str], seed: int) -> None:
    rng = random.Random(seed)
    refs = ["main", "main", "main~1", "main~3"]
    for _ in range(3):
        change(repository, rng)
    for _ in range(12):
        step(repository, rng)
        read(repository, rng.choice(refs), ALL if rng.random() < 0.8 else Scope(["**/*.yaml"], by_content=True))
    assert 0 < len(walks) < 12, "every second log is carried over"


def test_the_log_of_some_files_is_taken_from_the_log_of_the_commit_only(repository: Repository) -> None:
    found, commit = discover_repository(str(repository.folder)), repository.git("rev-parse", "main")
    files = {PATHS[0]: repository.git("rev-parse", f"main:{PATHS[0]}")}
    assert find_kept_file_log(found, commit, ALL, files) is None
    read(repository)
    kept = find_kept_file_log(found, commit, ALL, files)
    assert kept is not None
    assert [each.is_root for each in kept] == [True]
    assert find_kept_file_log(found, commit, Scope(["**/*.yaml"]), files) is None
    assert find_kept_file_log(found, commit, ALL, {PATHS[0]: "0" * 40}) is None
    assert find_kept_file_log(found, repository.git("rev-parse", "main~1"), ALL, files) is None


def test_only_new_commits_are_listed_and_an_older_commit_replaces_nothing(
    repository: Repository, walks: list[str]
) -> None:
    read(repository)
    repository.commit({PATHS[0]: "new", "README": "new"})
    repository.commit({"README": "newer"})
    assert len(read(repository)) == 5
    assert len(read(repository, "main~3")) == 3
    read(repository)
    assert len(walks) == 1
    repository.git("reset", "-q", "--hard", "main~1")
    repository.commit({PATHS[1]: "rewritten"})
    assert len(read(repository)) == 6
    assert len(walks) == 1


def test_a_history_that_shares_no_commit_is_listed_anew(repository: Repository, walks: list[str]) -> None:
    read(repository)
    repository.git("checkout", "-q", "--orphan", "other")
    repository.commit({PATHS[2]: "x"})
    assert len(read(repository, "other")) == 1
    assert len(walks) == 2
    repository.git("merge", "-q", "--allow-unrelated-histories", "-X", "ours", "-m", "merge", "main")
    read(repository, "other")  # its first parent is the orphan
    repository.git("checkout", "-q", "main")
    repository.git("merge", "-q", "--no-ff", "-X", "ours", "-m", "merge", "other")
    read(repository)


def test_the_stored_commit_may_be_removed_from_the_repository(repository: Repository) -> None:
    repository.commit({PATHS[0]: "removed"})
    read(repository)
    repository.git("reset", "-q", "--hard", "main~1")
    repository.git("-c", "gc.reflogExpire=now", "-c", "gc.reflogExpireUnreachable=now", "gc", "-q", "--prune=now")
    repository.git("reflog", "expire", "--expire=now", "--all")
    repository.git("gc", "-q", "--prune=now")
    repository.commit({PATHS[1]: "other"})
    read(repository)


def test_shallow_clones_grafts_and_replaced_commits_have_their_own_log(tmp_path: Path, repository: Repository) -> None:
    read(repository)
    old, new = repository.git("rev-parse", "main~1"), repository.git("rev-parse", "main~3")
    repository.git("replace", old, new)
    read(repository)
    repository.write(".git/info/grafts", f"{repository.git('rev-parse', 'main')} {new}\n")
    read(repository)
    (repository.folder / ".git/info/grafts").unlink()
    clone = Repository(tmp_path, "clone", init=None)
    clone.git("clone", "-q", "--depth", "2", "--no-local", repository.folder.as_uri(), str(clone.folder), cwd=tmp_path)
    assert len(read(clone)) == 2
    clone.git("fetch", "-q", "--unshallow", "origin")
    assert len(read(clone)) == 4
    clone.git("fetch", "-q", "--depth", "1", "origin")
    assert len(read(clone)) == 1


def test_settings_do_not_change_the_order_of_a_log(repository: Repository) -> None:
    before = read(repository)
    repository.write("order", "contracts/b*\n*\n")
    repository.git("config", "diff.orderFile", "order")
    assert read(repository) == before


SPOILS: dict[str, Callable[[dict[str, Any]], object]] = {
    "no log": lambda entries: entries.pop("log"),
    "a log of another kind": lambda entries: entries.update(log=[1]),
    "a column of another length": lambda entries: entries["log"]["ids"].pop(),
    "a column of another kind": lambda entries: entries["log"].update(people=3),
    "numbers out of range": lambda entries: entries["log"].update(changed_paths=[99] * 12),
    "another commit": lambda entries: entries.update(commit="0" * 40),
    "a commit of another kind": lambda entries: entries.update(commit=3),
    "another scope": lambda entries: entries.update(scope=None),
}


@pytest.mark.parametrize("how", SPOILS)
def test_a_spoilt_log_is_a_miss(repository: Repository, cache: Path, walks: list[str], how: str) -> None:
    import hashlib

    read(repository)
    (file,) = cache.iterdir()
    heading, _, body = file.read_bytes().partition(b"\n")
    entries = json.loads(body)
    SPOILS[how](entries)
    changed = json.dumps(entries).encode()
    file.write_bytes(
        heading.rpartition(b" ")[0] + b" " + hashlib.sha256(changed).hexdigest().encode() + b"\n" + changed
    )
    read(repository)
    assert len(walks) == 2
