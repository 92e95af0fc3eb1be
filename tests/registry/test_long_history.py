"""Compares the history of a thousand contracts in two thousand commits with the reference history."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
import reference_history
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
def truth(repository: Repository) -> dict[str, list[reference_history.Version]]:
    return reference_history.history(str(repository.folder), "main")


def log(repository: Repository, cache: Path, *arguments: str) -> dict[str, Any]:
    run = repository.dcr("log", *arguments, "--ref", "main", "--format", "json", XDG_CACHE_HOME=str(cache))
    assert run.code == 0, run
    found: dict[str, Any] = json.loads(run.out)
    return found


def to_versions(versions: list[dict[str, Any]]) -> list[reference_history.Version]:
    return [
        reference_history.Version(*(each[key] for key in ("version", "commit", "date", "author", "path", "status")))
        for each in versions
    ]


def test_every_version_of_every_dataset_is_found_with_its_commit_and_date(
    repository: Repository, truth: dict[str, list[reference_history.Version]], tmp_path: Path
) -> None:
    assert len(truth) == 1_000
    assert sum(len(versions) for versions in truth.values()) > 4_000
    first, second = (log(repository, tmp_path) for _ in range(2))
    assert first == second
    assert {each["dataset_id"]: to_versions(each["versions"]) for each in first["datasets"]} == truth
    assert first["unread"]
    for each in first["datasets"]:
        versions = [version["version"] for version in each["versions"]]
        assert [version["ambiguous"] for version in each["versions"]] == [
            versions.count(version) > 1 for version in versions
        ]


def test_a_dataset_asked_for_alone_has_the_same_history(
    repository: Repository, truth: dict[str, list[reference_history.Version]], tmp_path: Path
) -> None:
    busiest = sorted(truth, key=lambda each: len(truth[each]))[-3:]
    for number, dataset_id in enumerate((*busiest, *sorted(truth)[::250])):
        found = log(repository, tmp_path / str(number), dataset_id)
        assert to_versions(found["versions"]) == truth[dataset_id]
