"""A repository for the command to run in."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from cli_runs import BROKEN, USERS, repository

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def unchanged(tmp_path: Path) -> Path:
    """A repository with one contract and no change."""
    return repository(tmp_path / "repository", users=USERS)


@pytest.fixture
def broken(unchanged: Path) -> Path:
    """The same with a field removed, as a MAJOR version."""
    (unchanged / "contracts" / "users.yaml").write_text(BROKEN, "utf-8")
    return unchanged
