"""An index has a revision of its schema: an older one is upgraded, and every other one is refused."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import text

from dcr.index.connection import FleetIndexError, hide_password, parse_index_url
from dcr.index.revisions import open_index, upgrade_index
from dcr.index.schema import REVISION, metadata

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

SQLITE = "sqlite:///index.db"


@pytest.fixture
def url(create_index: Callable[[], str]) -> str:
    return create_index() or SQLITE


def test_a_new_index_has_the_tables_that_the_code_uses(url: str, tmp_path: Path) -> None:
    with pytest.raises(FleetIndexError, match=r"does not exist|has no index") as error:
        open_index(url, str(tmp_path))
    assert "dcr fleet sync" in error.value.hint
    upgrade_index(url, str(tmp_path)).close()
    index = upgrade_index(url, str(tmp_path))
    with index.read() as connection:
        differences = compare_metadata(MigrationContext.configure(connection), metadata)
        assert [each for each in differences if "alembic_version" not in str(each)] == []
        assert connection.execute(text("SELECT version_num FROM alembic_version")).scalars().all() == [REVISION]
    index.close()
    open_index(url, str(tmp_path)).close()


@pytest.mark.parametrize(
    ("statements", "words", "hint"),
    [
        (["UPDATE alembic_version SET version_num = '9999'"], "has revision 9999, this version", "upgrade dcr"),
        (["UPDATE alembic_version SET version_num = 'x'"], "has revision x, this version", "upgrade dcr"),
        (["INSERT INTO alembic_version VALUES ('ab12')"], f"has revision {REVISION}, ab12", "upgrade dcr"),
        (["DROP TABLE uses"], "no table 'uses'", "create it again"),
        (["ALTER TABLE issues DROP COLUMN hint"], "no column 'hint' of table 'issues'", "create it again"),
    ],
)
def test_an_index_that_is_newer_or_half_migrated_is_refused(
    url: str, tmp_path: Path, statements: list[str], words: str, hint: str
) -> None:
    index = upgrade_index(url, str(tmp_path))
    with index.write() as connection:
        for statement in statements:
            connection.execute(text(statement))
    index.close()
    for open_any in (open_index, upgrade_index):
        with pytest.raises(FleetIndexError, match=words) as error:
            open_any(url, str(tmp_path))
        assert hint in error.value.hint


def test_tables_without_a_revision_are_not_overwritten(url: str, tmp_path: Path) -> None:
    index = upgrade_index(url, str(tmp_path))
    with index.write() as connection:
        connection.execute(text("DROP TABLE alembic_version"))
    index.close()
    with pytest.raises(FleetIndexError, match="has tables of an index, but no revision"):
        upgrade_index(url, str(tmp_path))


def test_a_failed_upgrade_leaves_nothing(url: str, tmp_path: Path) -> None:
    prepared = upgrade_index(url, str(tmp_path))
    with prepared.write() as connection:
        for table in (*reversed(metadata.sorted_tables), text("alembic_version")):
            connection.execute(text(f"DROP TABLE {table}"))
        connection.execute(text("CREATE TABLE other (a int)"))
        connection.execute(text("CREATE INDEX issues_by_dataset ON other (a)"))
    prepared.close()
    with pytest.raises(FleetIndexError, match="already exists"):
        upgrade_index(url, str(tmp_path))
    with pytest.raises(FleetIndexError, match="has no index"):
        open_index(url, str(tmp_path))


def test_two_processes_may_create_an_index_at_once(url: str, tmp_path: Path) -> None:
    threads = [threading.Thread(target=lambda: upgrade_index(url, str(tmp_path)).close()) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    open_index(url, str(tmp_path)).close()


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("fleet.db", "not a URL"),
        ("mysql://u:secret@h/d", "is in 'mysql'"),
        ("sqlite://", "has no file"),
        ("sqlite:///:memory:", "has no file"),
        ("sqlite://u:secret@/a.db", "has no file"),
        ("sqlite:///a.db?timeout=x", "with parameters"),
        ("sqlite:///a\0b.db", "not printable"),
        ("sqlite:///a\udc80.db", "not printable"),
        ("postgresql://u:secret@h", "has no database"),
        ("postgresql://u:sec@secret@h/d", "contains '@' twice"),
    ],
)
def test_other_urls_are_refused_without_their_password(url: str, words: str) -> None:
    with pytest.raises(FleetIndexError, match=words) as error:
        parse_index_url(url, "/")
    assert "secret" not in error.value.message


def test_a_password_is_never_printed() -> None:
    url = parse_index_url("postgresql://u:secret@h/d?password=secret2&sslmode=require", "/")
    assert hide_password(url) == "postgresql://u:***@h/d?sslmode=require"


def test_a_folder_that_cannot_be_created_is_reported(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", "utf-8")
    with pytest.raises(FleetIndexError, match="cannot be created: file exists"):
        upgrade_index("sqlite:///file/index.db", str(tmp_path))


def test_a_file_that_is_no_database_is_reported(tmp_path: Path) -> None:
    (tmp_path / "index.db").write_text("not a database, but a text that is long enough" * 50, "utf-8")
    for open_any in (open_index, upgrade_index):
        with pytest.raises(FleetIndexError, match="file is not a database"):
            open_any(SQLITE, str(tmp_path))


def test_a_server_that_does_not_answer_is_reported(tmp_path: Path) -> None:
    with pytest.raises(FleetIndexError, match=r"index 'postgresql://u:\*\*\*@/d\?host=.*' cannot be used") as error:
        open_index(f"postgresql://u:secret@/d?host={tmp_path}", str(tmp_path))
    assert "secret" not in error.value.message
    assert "database is running" in error.value.hint
