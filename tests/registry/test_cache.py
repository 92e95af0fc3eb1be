"""Checks that the cache never changes a result, even if its file is damaged or forged."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from repositories import Outcome, Repository, contract

import dcr
from dcr.git.cache_file import identify_code, list_sources
from dcr.registry.history.cache import READERS

if TYPE_CHECKING:
    from collections.abc import Callable


@pytest.fixture
def repository(tmp_path: Path) -> Repository:
    """Three datasets, some of which changed, moved, broke and went."""
    made = Repository(tmp_path)
    made.commit({f"contracts/{name}.yaml": contract(f"a.{name}") for name in "xyz"})
    made.commit({"contracts/x.yaml": contract("a.x", "1.1.0"), "contracts/y.yaml": "dataset_id: ["})
    made.commit({"contracts/y.yaml": None, "contracts/moved.yml": contract("a.z"), "contracts/z.yaml": None})
    return made


def read_all(repository: Repository, cache: Path, **more: str) -> list[str]:
    """Return the output of every command that reads the history."""
    commands = [["datasets"], ["log", "a.x"], ["show", "a.z"]]
    runs = [
        repository.dcr(*command, "--format", "json", writes=(), XDG_CACHE_HOME=str(cache), **more)
        for command in commands
    ]
    assert [run.code for run in runs] == [0] * len(runs), runs
    return [run.out + run.err for run in runs]


def read_facts(repository: Repository, cache: Path) -> list[str]:
    """Return the output of every command, from the facts and not from the history that was made of them before."""
    for path in (cache / "dcr").glob("history-*.json"):
        path.unlink()
    return read_all(repository, cache)


def cached(cache: Path) -> Path:
    (found,) = (cache / "dcr").glob("facts-*.json")
    return found


@pytest.fixture
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("cache")


@pytest.fixture
def truth(repository: Repository, tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    return read_all(repository, tmp_path_factory.mktemp("unused"), DCR_CACHE="off")


def test_a_warm_cache_gives_the_results_of_a_cold_one(repository: Repository, cache: Path, truth: list[str]) -> None:
    assert read_all(repository, cache) == truth
    assert read_all(repository, cache) == truth
    assert cached(cache).stat().st_mode & 0o777 == 0o600


def test_no_cache_is_written_where_it_is_turned_off(repository: Repository, cache: Path, truth: list[str]) -> None:
    assert read_all(repository, cache, DCR_CACHE="off") == truth
    assert list(cache.iterdir()) == []


def lied(text: bytes) -> bytes:
    """Change the facts and leave the checksum."""
    return text.replace(b"1.1.0", b"9.9.9")


def forged(text: bytes) -> bytes:
    """Write facts of another shape under a checksum that fits."""
    import hashlib

    heading, _, body = text.partition(b"\n")
    other = json.dumps({oid: [None, None, [["a.x"]]] for oid in json.loads(body)}).encode()
    return heading.rpartition(b" ")[0] + b" " + hashlib.sha256(other).hexdigest().encode() + b"\n" + other


SPOILS: dict[str, Callable[[bytes], bytes]] = {
    "empty": lambda _: b"",
    "truncated": lambda text: text[: len(text) // 2],
    "no last byte": lambda text: text[:-1],
    "a byte more": lambda text: text + b" ",
    "not ours": lambda _: b"\x7fELF" + bytes(1000),
    "another version": lambda text: text.replace(b"facts 1", b"facts 2", 1),
    "facts that were changed": lied,
    "facts of another shape": forged,
    "deep": lambda _: b"[" * 100_000,
}


@pytest.mark.parametrize("how", SPOILS)
def test_a_spoilt_cache_is_a_miss(repository: Repository, cache: Path, truth: list[str], how: str) -> None:
    read_all(repository, cache)
    cached(cache).write_bytes(SPOILS[how](cached(cache).read_bytes()))
    assert read_facts(repository, cache) == truth


def test_a_cache_that_others_may_write_or_that_is_no_file_is_a_miss(
    repository: Repository, cache: Path, truth: list[str]
) -> None:
    read_all(repository, cache)
    path = cached(cache)
    other = cache / "elsewhere"
    text = path.read_bytes()
    lie = text.replace(b"1.1.0", b"9.9.9")
    import hashlib

    heading, _, body = lie.partition(b"\n")
    lie = heading.rpartition(b" ")[0] + b" " + hashlib.sha256(body).hexdigest().encode() + b"\n" + body
    path.write_bytes(lie)
    assert read_facts(repository, cache) != truth, "the lie is one that a trusted cache would be believed"
    other.write_bytes(lie)
    other.chmod(0o600)
    path.unlink()
    path.symlink_to(other)
    assert read_facts(repository, cache) == truth
    path.unlink()
    path.write_bytes(lie)
    path.chmod(0o602)
    assert read_facts(repository, cache) == truth
    path.unlink()
    path.mkdir()
    assert read_facts(repository, cache) == truth
    path.rmdir()
    os.mkfifo(path)
    assert read_facts(repository, cache) == truth


def test_a_cache_that_cannot_be_written_is_none(
    repository: Repository, tmp_path_factory: pytest.TempPathFactory, truth: list[str]
) -> None:
    folder = tmp_path_factory.mktemp("full")
    (folder / "dcr").write_text("a file where a folder ought to be")
    assert read_all(repository, folder) == truth
    assert read_all(repository, folder / "dcr" / "below") == truth
    run = repository.dcr("datasets", "--format", "json", XDG_CACHE_HOME="relative")
    assert run.out + run.err == truth[0]


def test_a_repository_that_cannot_be_written_is_read_and_left_as_it_is(
    repository: Repository, cache: Path, truth: list[str]
) -> None:
    for parent, folders, files in os.walk(repository.folder):
        for name in (*folders, *files):
            os.chmod(os.path.join(parent, name), 0o555)
    assert read_all(repository, cache) == truth  # `dcr` asserts that nothing of the repository changes


def test_eight_processes_sharing_a_cold_cache_print_the_same(
    repository: Repository, cache: Path, truth: list[str]
) -> None:
    environment = repository.environment(XDG_CACHE_HOME=str(cache))
    started = [
        subprocess.Popen(
            [sys.executable, "-P", "-m", "dcr", "log", "--format", "json"],
            cwd=repository.folder, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        )
        for _ in range(8)
    ]  # fmt: skip
    ended = [each.communicate() for each in started]
    assert [each.returncode for each in started] == [0] * 8
    assert {Outcome(0, out.decode(), err.decode()) for out, err in ended} == {
        Outcome(0, *repository.dcr("log", "--format", "json", DCR_CACHE="off")[1:])
    }
    assert read_all(repository, cache) == truth
    assert [path.name.split("-")[0] for path in sorted((cache / "dcr").iterdir())] == ["facts", "history", "log"]


def test_facts_of_one_dataset_are_added_to_the_cached_ones(
    repository: Repository, cache: Path, truth: list[str]
) -> None:
    assert read_all(repository, cache) == truth
    before = len(json.loads(cached(cache).read_bytes().partition(b"\n")[2]))
    repository.commit({"contracts/x.yaml": contract("a.x", "1.2.0")})
    repository.dcr("log", "a.x", XDG_CACHE_HOME=str(cache))
    assert len(json.loads(cached(cache).read_bytes().partition(b"\n")[2])) == before + 1


def test_facts_are_read_again_after_an_edit_to_any_module_they_depend_on() -> None:
    package = Path(dcr.__file__).parent
    sources = {line.split(" ")[0] for line in list_sources(str(package), READERS)}
    for folder in ("contract", "formats", "parsing", "registry"):
        modules = {path.relative_to(package).as_posix() for path in (package / folder).rglob("*.py")}
        assert modules
        assert modules <= sources


def test_nothing_is_read_from_the_cache_after_another_yaml_parser_was_installed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    identify = identify_code.__wrapped__
    before = identify(READERS)
    assert identify(READERS) == before
    (tmp_path / "yaml").mkdir()
    (tmp_path / "yaml/__init__.py").write_text("__version__ = '9'")
    monkeypatch.syspath_prepend(tmp_path)
    assert identify(READERS) != before
