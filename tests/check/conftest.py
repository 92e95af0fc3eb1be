"""Provides a repository with one contract, and one whose branch breaks it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from repositories import USERS, Repository, breaking, contract

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def repository(tmp_path: Path) -> Repository:
    """One contract on `main`, and the branch `feature` checked out with no change yet."""
    made = Repository(tmp_path)
    made.commit({USERS: contract()})
    made.branch()
    return made


@pytest.fixture
def broken(repository: Repository) -> Repository:
    """The same, with a field removed in a commit on `feature`."""
    repository.commit({USERS: breaking()})
    return repository
