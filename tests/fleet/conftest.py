"""The databases that the tests of a fleet use."""

from __future__ import annotations

from itertools import count
from typing import TYPE_CHECKING

import pytest
from databases import create_database, start_postgresql

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

_numbers = count()


@pytest.fixture(scope="session")
def postgresql() -> Iterator[str]:
    """Run one server for all tests of this process."""
    with start_postgresql() as folder:
        yield folder


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def create_index(request: pytest.FixtureRequest) -> Callable[[], str]:
    """Return a function that returns the URL of a new index; an empty one is the default SQLite file of a fleet."""
    if request.param == "sqlite":
        return str
    folder = request.getfixturevalue("postgresql")
    return lambda: create_database(folder, f"fleet{next(_numbers)}")
