"""Checks that a kept history is the one that git's log gives, whatever happened to the repository since."""

from __future__ import annotations

import hashlib
import json
import random
from typing import TYPE_CHECKING, Any

import pytest
from repositories import Repository, contract

from dcr.git.repository import discover_repository
from dcr.policy.scope import Scope
from dcr.registry.history import history_reader
from dcr.registry.history.history_reader import read_history

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from dcr.registry.history.timeline import History

BY_CONTENT = Scope([], by_content=True)
FOLDER = Scope(["contracts/**/*.yaml"])
PATHS = [f"contracts/{name}.yaml" for name in ("a", "b", "é", "deep/c")] + ["other.yaml", "README"]
ODCS = """apiVersion: v3.0.2
kind: DataContract
id: {name}
version: {version}
status: active
schema: [{{name: orders, properties: [{{name: id, logicalType: string}}]}}, {{name: lines}}]
"""


@pytest.fixture(autouse=True)
def cache(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return the cache folder of this process."""
    folder = tmp_path_factory.mktemp("cache")
    monkeypatch.setenv("XDG_CACHE_HOME", str(folder))
    return folder / "dcr"


@pytest.fixture
def logs(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Return the commits whose log was needed."""
    needed: list[str] = []
    read_kept_log = history_reader.read_kept_log

    def count(repository: Any, commit: str, scope: Scope) -> Any:
        needed.append(commit)
        return read_kept_log(repository, commit, scope)

    monkeypatch.setattr(history_reader, "read_kept_log", count)
    return needed


def draw_content(rng: random.Random, *, with_odcs: bool) -> str | bytes:
    """Return a contract of one of a few datasets, or a file that cannot be read, or that is no contract."""
    name, version = f"a.{rng.choice('xyz')}", f"1.{rng.randrange(4)}.0"
    text = contract(
        name, version, status=rng.choice(("draft", "active", "deprecated")), without=rng.choice((["ltv"], []))
    )
    odcs = ODCS.format(name=name, version=version) if with_odcs else text
    return rng.choice((text, text, text, odcs, f"{text}owners: [", f"{text}x-é: 1\n", b"\xff", "no: contract\n", ""))


def summarize(history: History) -> object:
    """Return everything that a history has, without what reads contracts."""
    ids = history.list_datasets()
    revisions = [[each[:4] for each in history.list_revisions(dataset_id)] for dataset_id in ids]
    files = [history.list_source_files(dataset_id) for dataset_id in ids]
    return ids, revisions, files, history.unreadable, history.still_unreadable, history.is_complete


def read(repository: Repository, ref: str = "main", scope: Scope = FOLDER, dataset_id: str | None = None) -> object:
    """Return the kept history, which is the one that is read without a cache, and has the same contracts."""
    found, commit = discover_repository(str(repository.folder)), repository.git("rev-parse", f"{ref}^{{commit}}")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DCR_CACHE", "off")
        expected = read_history(found, commit, scope, dataset_id=dataset_id)
    for _ in range(2):
        history = read_history(found, commit, scope, dataset_id=dataset_id)
        assert summarize(history) == summarize(expected)
    kept = [each for name in history.list_datasets() for each in history.list_revisions(name)]
    read_again = [each for name in expected.list_datasets() for each in expected.list_revisions(name)]
    assert [each and each.version for each in history.read_contracts(kept)] == [
        each and each.version for each in expected.read_contracts(read_again)
    ]
    return summarize(expected)


@pytest.mark.parametrize("seed", range(4))
def test_random_histories_are_the_same_with_and_without_what_is_kept(
    tmp_path: Path, logs: list[str], seed: int
) -> None:
    rng = random.Random(seed)
    repository = Repository(tmp_path)
    for number in range(22):
        if number > 6 and rng.random() < 0.2:
            repository.git("reset", "-q", "--hard", f"HEAD~{rng.randrange(1, 3)}")
        for path in rng.sample(PATHS, rng.randrange(1, 3)):
            target = repository.folder / path
            if target.is_file() and rng.random() < 0.3:
                target.unlink()
            else:
                repository.write(path, draw_content(rng, with_odcs=seed == 0))
        repository.commit()
        if number > 3 and number % 3 == 0:
            read(repository, rng.choice(("main", "main", "main~2")), rng.choice((FOLDER, FOLDER, BY_CONTENT)))
            read(repository, dataset_id=rng.choice((None, "a.x")))
    assert logs


@pytest.fixture
def repository(tmp_path: Path) -> Repository:
    made = Repository(tmp_path)
    made.commit({"contracts/a.yaml": contract("a.x"), "contracts/b.yaml": contract("a.y")})
    made.commit({"contracts/a.yaml": contract("a.x", "1.1.0"), "contracts/c.yaml": "dataset_id: ["})
    made.commit({"contracts/b.yaml": None, "README": "b"})
    return made


def test_a_second_run_needs_no_log_and_one_of_another_commit_or_scope_does(
    tmp_path: Path, repository: Repository, logs: list[str]
) -> None:
    read(repository)
    assert len(logs) == 2, "with the cache off, and at first"
    read(repository)
    assert len(logs) == 3
    read(repository, "main~1")
    assert len(logs) == 6, "an older commit is not kept"
    read(repository)
    assert len(logs) == 7
    read(repository, scope=BY_CONTENT)
    assert len(logs) == 9
    clone = Repository(tmp_path, "clone", init=None)
    clone.git("clone", "-q", "--depth", "1", "--no-local", repository.folder.as_uri(), str(clone.folder), cwd=tmp_path)
    read(clone)
    clone.git("fetch", "-q", "--unshallow", "origin")
    read(clone)
    clone.git("fetch", "-q", "--depth", "1", "origin")
    read(clone)


def test_a_history_that_depends_on_the_day_is_not_kept(repository: Repository, cache: Path) -> None:
    repository.commit({"contracts/odcs.yaml": ODCS.format(name="b", version="1.0.0")})
    read(repository)
    assert not list(cache.glob("history-*"))


SPOILS: dict[str, Callable[[dict[str, Any]], object]] = {
    "no history": lambda entries: entries.pop("history"),
    "a history of another kind": lambda entries: entries.update(history=[1]),
    "a column of another length": lambda entries: entries["history"]["columns"][2].pop(),
    "a column less": lambda entries: entries["history"]["columns"].pop(),
    "numbers out of range": lambda entries: entries["history"].update(paths=[]),
    "terms of another form": lambda entries: entries["history"].update(terms=[[1]] * 9),
    "another commit": lambda entries: entries["key"].__setitem__(0, "0" * 40),
    "no key": lambda entries: entries.update(key=None),
}


@pytest.mark.parametrize("how", SPOILS)
def test_a_spoilt_history_is_a_miss(repository: Repository, cache: Path, logs: list[str], how: str) -> None:
    expected = read(repository)
    (file,) = cache.glob("history-*")
    heading, _, body = file.read_bytes().partition(b"\n")
    entries = json.loads(body)
    SPOILS[how](entries)
    changed = json.dumps(entries).encode()
    digest = hashlib.sha256(changed).hexdigest().encode()
    file.write_bytes(heading.rpartition(b" ")[0] + b" " + digest + b"\n" + changed)
    assert read(repository) == expected
    assert len(logs) == 4, "once for each run with the cache off, at first, and after the file was spoilt"
