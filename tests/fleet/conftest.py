"""The databases that the tests of a fleet use."""

from __future__ import annotations

from itertools import count
from typing import TYPE_CHECKING

import pytest
from databases import create_database, start_postgresql
from fleets import ORDERS, Fleet
from repositories import contract

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

_numbers = count()

BROKEN = contract("shop.orders", "1.1.0", without=["ltv"])
FINANCE = """\
consumer: finance.revenue
owners: [{team: finance, contact: "#finance"}]
uses:
  - {dataset: shop.orders, fields: [plan], values: {plan: [pro]}, versions: ">=1.0"}
  - {dataset: users.daily_active, reads: rows}
"""
OLD = "consumer: growth.old\nuses: [{dataset: shop.orders, fields: [plan], until: 2020-01-01}]\n"
INVALID = "consumer: growth.broken\nuses: [{dataset: shop.orders, fields: [plan}]\n"
OTHER = "owners: [{team: finance, contact: '#finance'}, {team: growth-platform}]"
COPY = contract("mart.copy").replace("owners: [{team: growth-platform}]", OTHER)


@pytest.fixture(scope="session")
def postgresql() -> Iterator[str]:
    """Run one server for all tests of this process."""
    with start_postgresql() as folder:
        yield folder


@pytest.fixture(scope="session", params=["sqlite", "postgresql"])
def create_index(request: pytest.FixtureRequest) -> Callable[[], str]:
    """Return a function that returns the URL of a new index; an empty one is the default SQLite file of a fleet."""
    if request.param == "sqlite":
        return str
    folder = request.getfixturevalue("postgresql")
    return lambda: create_database(folder, f"fleet{next(_numbers)}")


@pytest.fixture(scope="session")
def fleet(tmp_path_factory: pytest.TempPathFactory, create_index: Callable[[], str]) -> Fleet:
    """Three repositories: a break, a duplicate, consumers of other repositories, and files that cannot be read."""
    made = Fleet(tmp_path_factory.mktemp("fleet"), "shop", "growth", "finance", index=create_index())
    shop, growth, finance = (made[name] for name in ("shop", "growth", "finance"))
    shop.commit({"contracts/orders.yaml": ORDERS, "contracts/old.yaml": contract("shop.old")}, on="2026-01-01T12:00Z")
    shop.commit({"contracts/orders.yaml": BROKEN, "contracts/old.yaml": None}, on="2026-02-01T12:00Z")
    growth.commit({"contracts/users.yaml": contract(), "consumers/old.yaml": OLD, "consumers/broken.yaml": INVALID})
    growth.commit({"contracts/broken.yaml": "dataset_id: growth.broken\nversion: '1.0.0'\nfields: [{name: a}]\n"})
    finance.commit({"consumers/revenue.yaml": FINANCE, "contracts/copy.yaml": COPY, "contracts/users.yaml": contract()})
    assert made.sync() == "3 repositories: 3 moved"
    return made
