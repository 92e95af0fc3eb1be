"""`dcr check` reads an index in PostgreSQL with the right to read only, and fails without one."""

from __future__ import annotations

from itertools import count
from typing import TYPE_CHECKING

import psycopg
import pytest
from databases import create_database
from fleets import DASHBOARD, ORDERS, Fleet
from repositories import contract

if TYPE_CHECKING:
    from collections.abc import Iterator

    from repositories import Repository

_numbers = count()


class Index:
    """A PostgreSQL database with the index of a synced fleet."""

    def __init__(self, folder: str) -> None:
        self.folder, self.name = folder, f"check{next(_numbers)}"
        self.url = create_database(folder, self.name)
        self.reader = f"postgresql://reader@/{self.name}?host={folder}"

    def execute(self, *statements: str) -> None:
        with psycopg.connect(f"host={self.folder} user=dcr dbname={self.name}", autocommit=True) as connection:
            for statement in statements:
                connection.execute(statement)


@pytest.fixture(scope="module")
def index(postgresql: str) -> Index:
    return Index(postgresql)


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory, index: Index) -> Iterator[Repository]:
    """A repository with a break that reaches a consumer in another one; both are in the index."""
    fleet = Fleet(tmp_path_factory.mktemp("fleet"), "shop", "growth", index=index.url)
    fleet["shop"].commit({"contracts/orders.yaml": ORDERS})
    fleet["growth"].commit({"consumers/revenue.yaml": DASHBOARD})
    fleet.sync()
    index.execute(
        "DROP ROLE IF EXISTS reader",
        "CREATE ROLE reader LOGIN",
        "GRANT SELECT ON ALL TABLES IN SCHEMA public TO reader",
    )
    fleet["shop"].branch()
    fleet["shop"].commit({"contracts/orders.yaml": contract("shop.orders", "2.0.0", without=["ltv"])})
    yield fleet["shop"]
    index.execute("DROP OWNED BY reader")


def test_a_role_that_may_only_read_is_enough(shop, index):
    outcome = shop.dcr("check", "--format", "json", "--index", index.reader)
    assert [each["consumer"] for each in outcome.issues[0]["consumers"]] == ["finance.revenue"]


@pytest.mark.parametrize(
    ("breaking", "restoring", "words"),
    [
        ("REVOKE SELECT ON uses FROM reader", "GRANT SELECT ON uses TO reader", "permission denied for table uses"),
        ("ALTER ROLE reader NOLOGIN", "ALTER ROLE reader LOGIN", "is not permitted to log in"),
        ("ALTER TABLE uses RENAME TO u", "ALTER TABLE u RENAME TO uses", "but no table 'uses'"),
        ("ALTER TABLE uses RENAME document TO d", "ALTER TABLE uses RENAME d TO document", "but no column 'document'"),
        (
            "UPDATE alembic_version SET version_num = '9' || version_num",
            "UPDATE alembic_version SET version_num = substr(version_num, 2)",
            "knows revisions up to",
        ),
        ("ALTER TABLE alembic_version RENAME TO a", "ALTER TABLE a RENAME TO alembic_version", "has no index"),
    ],
    ids=["forbidden", "not logged in", "without a table", "without a column", "newer", "no index"],
)
def test_an_index_that_cannot_be_used_ends_the_check(shop, index, breaking, restoring, words):
    index.execute(breaking)
    try:
        outcome = shop.dcr("check", "--index", index.reader)
    finally:
        index.execute(restoring)
    outcome.says("the consumers of other repositories are unknown: ", words, "help: ")


def test_a_server_that_does_not_run_ends_the_check(shop, tmp_path):
    outcome = shop.dcr("check", "--index", f"postgresql://reader@/check?host={tmp_path}")
    outcome.says("the consumers of other repositories are unknown: ", "cannot be used", "help: ")
