"""Follows datasets by their ids through moves, copies, removals and unreadable files."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from repositories import Repository, contract

from dcr.git.history import Commit
from dcr.git.repository import discover_repository
from dcr.registry.snapshot import open_snapshot

if TYPE_CHECKING:
    from pathlib import Path

    from dcr.registry.history.timeline import History

ID = "users.daily_active"


@pytest.fixture
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Repository:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    return Repository(tmp_path)


def history(repository: Repository, only: str | None = None) -> History:
    return open_snapshot(discover_repository(str(repository.folder)), "main").read_history(only)


def list_revisions(repository: Repository, dataset_id: str = ID) -> list[tuple[str, str, str | None]]:
    """Return the commit, path and version of every revision, the same for one dataset and for all, cached or not."""
    whole = history(repository)
    found = [
        [(each.commit.id, each.path, each.facts and each.facts.version) for each in one.list_revisions(dataset_id)]
        for one in (whole, history(repository, dataset_id), history(repository))
    ]
    assert found[0] == found[1] == found[2]
    return found[0]


def test_a_moved_file_is_the_same_dataset(repository: Repository) -> None:
    first = repository.commit({"contracts/a.yaml": contract()})
    second = repository.commit({"contracts/a.yaml": None, "contracts/b/c.yml": contract()})
    third = repository.commit({"contracts/b/c.yml": contract(version="1.1.0")})
    assert list_revisions(repository) == [
        (first, "contracts/a.yaml", "1.0.0"),
        (second, "contracts/b/c.yml", "1.0.0"),
        (third, "contracts/b/c.yml", "1.1.0"),
    ]


def test_a_dataset_that_goes_and_comes_back_has_a_state_for_each(repository: Repository) -> None:
    first = repository.commit({"contracts/a.yaml": contract()})
    second = repository.commit({"contracts/a.yaml": None})
    repository.commit({"other.txt": "x"})
    third = repository.commit({"contracts/z.yaml": contract(version="2.0.0")})
    assert list_revisions(repository) == [
        (first, "contracts/a.yaml", "1.0.0"),
        (second, "contracts/a.yaml", None),
        (third, "contracts/z.yaml", "2.0.0"),
    ]


def test_a_version_with_two_meanings_is_two_releases(repository: Repository) -> None:
    first = repository.commit({"contracts/a.yaml": contract()})
    second = repository.commit({"contracts/a.yaml": contract(without=["ltv"])})
    third = repository.commit({"contracts/a.yaml": contract(status="deprecated")})
    found = history(repository).list_releases(ID)
    assert [(each.version, [state.commit.id for state in each.revisions]) for each in found] == [
        ("1.0.0", [first, third]),
        ("1.0.0", [second]),
    ]
    assert found[0].last.facts
    assert found[0].last.facts.status == "deprecated"


def test_what_cannot_be_read_is_no_removal_and_is_said(repository: Repository) -> None:
    first = repository.commit({"contracts/a.yaml": contract()})
    second = repository.commit({"contracts/a.yaml": "dataset_id: [", "contracts/other.yaml": "fields: ["})
    third = repository.commit({"contracts/a.yaml": contract(version="1.0.1")})
    assert list_revisions(repository) == [(first, "contracts/a.yaml", "1.0.0"), (third, "contracts/a.yaml", "1.0.1")]
    for one in (history(repository, ID), history(repository, ID)):
        assert [(each.commit.id, each.path, each.datasets) for each in one.unreadable] == [
            (second, "contracts/a.yaml", (ID,))
        ]
    assert [each.path for each in history(repository).unreadable] == ["contracts/a.yaml", "contracts/other.yaml"]


def test_a_merge_is_one_step_of_the_branch_it_was_merged_into(repository: Repository) -> None:
    first = repository.commit({"contracts/a.yaml": contract()})
    repository.branch()
    repository.commit({"contracts/a.yaml": contract(version="1.1.0")})
    repository.commit({"contracts/a.yaml": contract(version="1.2.0")})
    repository.git("checkout", "-q", "main")
    repository.commit({"other.txt": "x"})
    repository.git("merge", "-q", "--no-ff", "-m", "merge", "feature")
    merged = repository.git("rev-parse", "HEAD")
    assert list_revisions(repository) == [(first, "contracts/a.yaml", "1.0.0"), (merged, "contracts/a.yaml", "1.2.0")]


def test_a_state_reads_its_full_contract_and_many_are_read_in_order(repository: Repository) -> None:
    repository.commit({"contracts/a.yaml": contract()})
    repository.commit({"contracts/a.yaml": contract(version="2.0.0", without=["ltv"])})
    repository.commit({"contracts/a.yaml": None})
    one = history(repository, ID)
    fields = [None if each.facts is None else len(each.read_contract().fields) for each in one.list_revisions(ID)]
    assert fields == [4, 3, None]
    assert [each and (each.version, len(each.fields)) for each in one.read_contracts(one.list_revisions(ID))] == [
        ("1.0.0", 4), ("2.0.0", 3), None,
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("head", "date", "author", "subject"),
    [
        ("author A <a@b> 1 +0000\n\nx", "", "A", "x"),
        ("author A <a@b> 1 +0000\ncommitter A <a@b>\n\nx", "", "A", "x"),
        ("committer A 1600000000 +0000\n\nx", "", "", "x"),
        ("committer A <a@b> 1600000000 +0000\n", "2020-09-13T12:26:40+00:00", "", ""),
        ("committer A <a@b> 1600000000 +0000\nencoding nonsense\n\n\udcfc", "2020-09-13T12:26:40+00:00", "", "\udcfc"),
    ],
)
def test_a_commit_that_git_would_not_write_is_told_as_far_as_it_goes(
    tmp_path: Path, head: str, date: str, author: str, subject: str
) -> None:
    repository = Repository(tmp_path)
    first = repository.commit({"contracts/x.yaml": contract("a.x")})
    repository.write("contracts/x.yaml", contract("a.x", "1.1.0"))
    repository.git("add", "-A")
    content = f"tree {repository.git('write-tree')}\nparent {first}\n{head}\n".encode("utf-8", "surrogateescape")
    tip = repository.git("hash-object", "-t", "commit", "-w", "--stdin", "--literally", given=content)
    repository.git("update-ref", "refs/heads/main", tip)
    found = json.loads(repository.dcr("log", "a.x", "--format", "json", DCR_CACHE="off").out)["versions"][0]
    assert (found["commit"], found["date"], found["author"], found["subject"]) == (tip, date, author, subject)
    assert ("undated" in repository.dcr("log", "a.x", DCR_CACHE="off").out) is (not date)
    assert repository.dcr("audit", "--ref", "main", DCR_CACHE="off").code == 0


@pytest.mark.parametrize(
    ("date", "day"),
    [
        ("2026-03-08T23:30:00-08:00", "2026-03-08"),
        ("2026-03-08T00:30:00+14:00", "2026-03-08"),
        ("2026-03-08T12:00:00+00:00", "2026-03-08"),
        ("", "undated"),
    ],
)
def test_the_day_of_a_commit_is_that_of_its_committer(date: str, day: str) -> None:
    assert Commit("0" * 40, "Ana Silva", "ana@example.com", date, "Add a field").day == day
