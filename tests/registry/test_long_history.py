"""A thousand contracts over two thousand commits: dcr finds what asking git one commit at a time finds."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import one_commit_at_a_time
import pytest
from long_histories import build
from repositories import Repository

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture(scope="module")
def repository(tmp_path_factory: pytest.TempPathFactory) -> Repository:
    made = Repository(tmp_path_factory.mktemp("long"))
    build(made, contracts=1_000, commits=2_000, seed=4)
    return made


@pytest.fixture(scope="module")
def truth(repository: Repository) -> dict[str, list[one_commit_at_a_time.Told]]:
    return one_commit_at_a_time.history(str(repository.folder), "main")


def log(repository: Repository, cache: Path, *arguments: str) -> dict[str, Any]:
    run = repository.dcr("log", *arguments, "--ref", "main", "--format", "json", XDG_CACHE_HOME=str(cache))
    assert run.code == 0, run
    found: dict[str, Any] = json.loads(run.out)
    return found


def told(versions: list[dict[str, Any]]) -> list[one_commit_at_a_time.Told]:
    return [
        one_commit_at_a_time.Told(*(each[key] for key in ("version", "commit", "date", "author", "path", "status")))
        for each in versions
    ]


def test_every_version_of_every_dataset_is_found_with_its_commit_and_date(
    repository: Repository, truth: dict[str, list[one_commit_at_a_time.Told]], tmp_path: Path
) -> None:
    assert len(truth) == 1_000
    assert sum(len(versions) for versions in truth.values()) > 4_000
    first, second = (log(repository, tmp_path) for _ in range(2))
    assert first == second
    assert {each["dataset_id"]: told(each["versions"]) for each in first["datasets"]} == truth
    assert first["unread"]
    for each in first["datasets"]:
        versions = [version["version"] for version in each["versions"]]
        assert [version["ambiguous"] for version in each["versions"]] == [
            versions.count(version) > 1 for version in versions
        ]


def test_a_dataset_asked_for_alone_has_the_same_history(
    repository: Repository, truth: dict[str, list[one_commit_at_a_time.Told]], tmp_path: Path
) -> None:
    busiest = sorted(truth, key=lambda each: len(truth[each]))[-3:]
    for number, dataset_id in enumerate((*busiest, *sorted(truth)[::250])):
        found = log(repository, tmp_path / str(number), dataset_id)
        assert told(found["versions"]) == truth[dataset_id]
