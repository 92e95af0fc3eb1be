"""A repository with one contract of each format on main, and a branch to edit on."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from edited_files import MODELS, MODELS_TEXT, SHOP, SHOP_TEXT, STOCK, STOCK_TEXT
from repositories import USERS, Repository, contract

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def repository(tmp_path: Path) -> Repository:
    """Four files on `main`, and the branch `feature` checked out with no change yet."""
    made = Repository(tmp_path)
    made.commit({USERS: contract(), SHOP: SHOP_TEXT, STOCK: STOCK_TEXT, MODELS: MODELS_TEXT})
    made.branch()
    return made
