"""Checks that a kept search for consumers never changes a report, and that it saves the search."""

from __future__ import annotations

import hashlib
import json
import os
import random
import shutil
from typing import TYPE_CHECKING, Any

import pytest
from consumer_files import COMPLETE_MARK, DECLARED_POLICY, consumer
from repositories import Repository, contract

from dcr.check import Request, check
from dcr.git.consumers.search_cache import SearchCache, SearchedTree
from dcr.rendering.reports.json import build_document

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

NAMES = ("orders", "users", "visits", "order")
"""The names of datasets, one of which is part of another."""

LARGE = "# a comment\n" * 180_000
FOLDERS = ("consumers", "consumers/finance", "consumers/ops/deep")


@pytest.fixture
def cache(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return the cache folder of this process."""
    folder = tmp_path_factory.mktemp("cache")
    monkeypatch.setenv("XDG_CACHE_HOME", str(folder))
    return folder / "dcr"


def write_contract(repository: Repository, name: str, *, broken: bool) -> None:
    text = contract(
        f"shop.{name}", "2.0.0" if broken else "1.0.0", without=["ltv"] if broken else [], more=COMPLETE_MARK
    )
    repository.write(f"contracts/{name}.yaml", text)


def draw_consumer(rng: random.Random) -> bytes:
    """Return a consumer file: readable, with an escape, in another encoding, broken, or of no use."""
    name = rng.choice(NAMES)
    text = consumer(f"team.c{rng.randrange(10**6)}", dataset=f"shop.{name}")
    forms = (
        text.encode(),
        text.replace(f"shop.{name}", f'"shop.\\x{ord(name[0]):x}{name[1:]}"').encode(),
        text.encode("utf-16"),
        f"# für {name}\n{text}".encode("latin-1"),
        f"{text}uses: [".encode(),
        text.replace("dataset:", "data:").encode(),
        b"",
    )
    return rng.choice(forms)


def edit(repository: Repository, rng: random.Random) -> None:
    """Write, delete, move or link some consumer files of the working tree, and break some datasets."""
    for name in NAMES:
        if rng.random() < 0.4:
            write_contract(repository, name, broken=rng.random() < 0.7)
    for _ in range(rng.randrange(3)):
        path = f"{rng.choice(FOLDERS)}/c{rng.randrange(12)}.yaml"
        target = repository.folder / path
        if not os.path.lexists(target) or rng.random() < 0.4:
            target.unlink(missing_ok=True)
            repository.write(path, draw_consumer(rng))
        elif rng.random() < 0.5:
            target.unlink()
        else:
            target.unlink()
            target.symlink_to("../dcr.toml")


def build_report(repository: Repository, head: str) -> dict[str, Any]:
    return build_document(check(Request(str(repository.folder), base="main", head=head)))


@pytest.mark.parametrize("seed", range(3))
def test_reports_are_the_same_with_and_without_kept_searches(
    tmp_path: Path, cache: Path, monkeypatch: pytest.MonkeyPatch, seed: int
) -> None:
    rng = random.Random(seed)
    repository = Repository(tmp_path)
    repository.write("dcr.toml", f'mode = "full"\n{DECLARED_POLICY}')
    for name in NAMES:
        write_contract(repository, name, broken=False)
    for number in range(12):
        repository.write(f"{rng.choice(FOLDERS)}/c{number}.yaml", draw_consumer(rng))
    if seed == 0:
        repository.write("consumers/large.yaml", LARGE + consumer(dataset="shop.orders"))
    repository.commit()
    repository.branch()
    reached = 0
    for _ in range(8):
        edit(repository, rng)
        step = rng.random()
        if step < 0.3:  # the merge base moves, to a tree with other consumers
            repository.git("checkout", "-q", "-f", "main")
            repository.git("clean", "-qfd")
            repository.commit({f"{rng.choice(FOLDERS)}/c{rng.randrange(12)}.yaml": draw_consumer(rng)})
            repository.git("checkout", "-q", "-B", "feature")
            edit(repository, rng)
        elif step < 0.5:
            repository.commit()
        head = rng.choice(("worktree", "worktree", "index", "feature"))
        warm = build_report(repository, head)
        again = build_report(repository, head)
        with monkeypatch.context() as patch:
            patch.setenv("DCR_CACHE", "off")
            cold = build_report(repository, head)
        assert warm == again == cold
        reached += sum(bool(issue["consumers"]) for each in cold["contracts"] for issue in each["issues"])
    assert reached
    assert cache.exists() == (seed > 0), "a search that finds an incomplete text is not kept"


@pytest.fixture
def broken(tmp_path: Path) -> Repository:
    """Return a repository whose working tree breaks one of two datasets, each of which has a consumer."""
    repository = Repository(tmp_path)
    repository.write("dcr.toml", DECLARED_POLICY)
    for name in ("orders", "users"):
        write_contract(repository, name, broken=False)
        repository.write(f"consumers/{name}.yaml", consumer(f"team.{name}", dataset=f"shop.{name}"))
    repository.write("consumers/last.yaml", consumer("team.last", dataset="shop.others"))
    repository.commit()
    repository.branch()
    write_contract(repository, "orders", broken=True)
    return repository


def list_commands(repository: Repository, **more: str) -> list[str]:
    """Return the git commands that a check of a break starts to find its consumers."""
    shim, seen = repository.root / "bin/git", repository.root / "seen"
    shim.parent.mkdir(exist_ok=True)
    shim.write_text(f'#!/bin/sh\necho "$*" >> {seen}\nexec {shutil.which("git")} "$@"\n')
    shim.chmod(0o755)
    seen.write_text("")
    outcome = repository.check("--base", "main", path=str(shim.parent), writes=("seen",), **more)
    listed = [consumer["consumer"] for issue in outcome.issues for consumer in issue["consumers"] or ()]
    assert listed == ["team.orders"]
    calls = seen.read_text("utf-8").splitlines()
    return [word for call in calls for word in ("grep", "ls-tree") if f" {word} " in call]


def test_only_the_first_check_searches_and_a_moved_base_with_the_same_consumers_does_not(broken: Repository) -> None:
    searched = ["ls-tree", "grep", "ls-tree"]
    assert list_commands(broken) == searched
    assert list_commands(broken) == []
    assert list_commands(broken, DCR_CACHE="off") == searched
    broken.git("stash", "-q")
    broken.git("checkout", "-q", "main")
    broken.commit({"other.txt": "no consumer\n"})
    broken.git("checkout", "-q", "-B", "feature")
    broken.git("stash", "pop", "-q")
    assert list_commands(broken) == []
    broken.commit()
    broken.git("checkout", "-q", "main")
    broken.commit({"consumers/last.yaml": consumer("team.new", dataset="shop.others")})
    broken.git("checkout", "-q", "feature")
    broken.git("rebase", "-q", "main")
    assert list_commands(broken) == searched


def sign(body: bytes, text: bytes) -> bytes:
    """Return a cache file with another body, and a checksum that fits."""
    heading = text.partition(b"\n")[0].rpartition(b" ")[0]
    return heading + b" " + hashlib.sha256(body).hexdigest().encode() + b"\n" + body


def forge(change: Callable[[dict[str, Any]], object]) -> Callable[[bytes], bytes]:
    def spoil(text: bytes) -> bytes:
        entries = json.loads(text.partition(b"\n")[2])
        change(entries)
        return sign(json.dumps(entries).encode(), text)

    return spoil


def change_results(value: object) -> Callable[[bytes], bytes]:
    return forge(lambda entries: entries["files"].update(dict.fromkeys(entries["files"], value)))


SPOILS: dict[str, Callable[[bytes], bytes]] = {
    "empty": lambda _: b"",
    "truncated": lambda text: text[:-9],
    "changed without its checksum": lambda text: text.replace(b"consumers/orders.yaml", b"consumers/others.yaml"),
    "no results": lambda text: sign(b"{}", text),
    "results of another kind": lambda text: sign(b'{"trees":[],"files":3}', text),
    "lists of another kind": change_results({"orders": 1}),
    "results of a tree of another kind": change_results(None),
    "entries of another kind": change_results({"orders": [1]}),
    "ids of another kind": forge(lambda entries: entries["trees"].update(dict.fromkeys(entries["trees"], 1))),
}


@pytest.mark.parametrize("how", SPOILS)
def test_a_spoilt_file_is_a_miss(broken: Repository, cache: Path, how: str) -> None:
    expected = build_report(broken, "worktree")
    (file,) = cache.iterdir()
    intact = file.read_bytes()
    file.write_bytes(SPOILS[how](intact))
    assert build_report(broken, "worktree") == expected
    if how != "ids of another kind":
        assert file.read_bytes() == intact, "it is written again"
    assert expected["contracts"][0]["issues"][0]["consumers"]


def test_kept_searches_have_a_maximum(broken: Repository, cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("dcr.git.consumers.search_cache._MAX_FILES", 12)
    expected = build_report(broken, "worktree")
    broken.commit()
    for number in range(4):
        broken.git("checkout", "-q", "main")
        broken.commit({f"consumers/{number}.yaml": consumer(f"team.{number}", dataset="shop.others")})
        broken.git("checkout", "-q", "feature")
        broken.git("rebase", "-q", "main")
        assert build_report(broken, "worktree")["contracts"][0]["issues"] == expected["contracts"][0]["issues"]
    (file,) = cache.iterdir()
    assert len(json.loads(file.read_bytes().partition(b"\n")[2])["files"]) < 5


def test_pathspecs_with_spaces_are_kept_apart(cache: Path, tmp_path: Path) -> None:
    one = SearchedTree("0" * 40, "", (":(top,glob)a :(top,glob)b",))
    two = SearchedTree("0" * 40, "", (":(top,glob)a", ":(top,glob)b"))
    searched = SearchCache(str(tmp_path))
    searched.add("1" * 40, one, [b"orders"], {})
    assert searched.find_files("1" * 40, one, [b"orders"]) == {}
    assert searched.find_files("1" * 40, two, [b"orders"]) is None
    assert cache.exists()
