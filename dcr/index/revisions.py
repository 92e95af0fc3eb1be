"""Brings an index to the revision of the schema that this version of dcr uses, or reports that it has another one."""

from __future__ import annotations

import contextlib
import os
from typing import TYPE_CHECKING

from sqlalchemy import inspect, text

from dcr.index.connection import (
    POSTGRESQL,
    SQLITE,
    DamagedIndexError,
    FleetIndex,
    FleetIndexError,
    connect,
    connect_reader,
    parse_index_url,
)
from dcr.index.schema import REVISION, metadata

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from sqlalchemy import Connection, Inspector

_VERSION_TABLE = "alembic_version"
_UPGRADE_LOCK = 6_417_120_001
"""The key of PostgreSQL's advisory lock for an upgrade; it is dcr's own choice."""


class MissingIndexError(FleetIndexError):
    """There is no index at the URL."""


class OlderIndexError(FleetIndexError):
    """The index has an older revision of the schema."""


class NewerIndexError(FleetIndexError):
    """The index has a revision of the schema that this version of dcr does not have."""


def open_index(url: str, folder: str, *, read_only: bool = False) -> FleetIndex:
    """Return an index for reading, which must have the present revision. Raise `FleetIndexError` otherwise.

    The path of an SQLite file is relative to `folder`. With `read_only`, as `connect_reader` opens it.
    """
    parsed = parse_index_url(url, folder)
    index = connect_reader(parsed) if read_only else connect(parsed)
    if parsed.get_backend_name() == SQLITE and not os.path.isfile(parsed.database or ""):
        raise MissingIndexError(f"index '{index.name}' does not exist", "create it: dcr fleet sync")
    with _close_on_error(index), index.read() as connection:
        revision = _find_revision(connection)
        if revision is None:
            raise MissingIndexError(f"'{index.name}' has no index", "create it: dcr fleet sync")
        _check_revision(index.name, revision)
        if revision != REVISION:
            raise OlderIndexError(
                f"index '{index.name}' has revision {revision}, this version of dcr needs {REVISION}",
                "upgrade it: dcr fleet sync",
            )
        _check_tables(index.name, connection)
    return index


@contextlib.contextmanager
def _close_on_error(index: FleetIndex) -> Iterator[None]:
    try:
        yield
    except BaseException:
        index.close()
        raise


def upgrade_index(url: str, folder: str) -> FleetIndex:
    """Return an index for writing; create or upgrade it in one transaction. Raise `FleetIndexError`.

    Another process that does the same waits for the lock.
    """
    parsed = parse_index_url(url, folder)
    if parsed.get_backend_name() == SQLITE and parsed.database:
        _create_folder(os.path.dirname(parsed.database))
    index = connect(parsed)
    with _close_on_error(index), index.write() as connection:
        if connection.dialect.name == POSTGRESQL:
            connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _UPGRADE_LOCK})
        revision = _find_revision(connection)
        if revision is None and any(inspect(connection).has_table(name) for name in metadata.tables):
            raise DamagedIndexError(
                f"'{index.name}' has tables of an index, but no revision", "drop them, then run dcr fleet sync"
            )
        if revision is not None:
            _check_revision(index.name, revision)
        if revision != REVISION:
            _run_migrations(connection)
        _check_tables(index.name, connection)
    return index


def _create_folder(path: str) -> None:
    try:
        os.makedirs(path, exist_ok=True)
    except OSError as error:
        reason = (error.strerror or "unknown").lower()
        raise FleetIndexError(
            f"the folder of the index, '{path}', cannot be created: {reason}", "choose another file: sqlite:///FILE"
        ) from error


def _find_revision(connection: Connection) -> str | None:
    """Return the revision of an index, None if the database has no index."""
    if not inspect(connection).has_table(_VERSION_TABLE):
        return None
    found: Sequence[str] = connection.execute(text(f"SELECT version_num FROM {_VERSION_TABLE}")).scalars().all()  # noqa: S608 (fixed)
    return ", ".join(sorted(map(str, found))) or None  # several are those of another program


def _check_revision(name: str, revision: str) -> None:
    """Raise `NewerIndexError` for a revision that no migration of this version of dcr has."""
    known = (f"{number:04}" for number in range(1, int(REVISION) + 1))
    if revision not in known:
        raise NewerIndexError(
            f"index '{name}' has revision {revision}, this version of dcr knows revisions up to {REVISION}",
            "upgrade dcr: pip install --upgrade 'dcr-cli[fleet]'",
        )


def _check_tables(name: str, connection: Connection) -> None:
    """Raise `DamagedIndexError` if a table or column is missing, as after an upgrade by hand that stopped halfway."""
    found: Inspector = inspect(connection)
    existing = set(found.get_table_names())
    for table in metadata.tables.values():
        columns = {column["name"] for column in found.get_columns(table.name)} if table.name in existing else set()
        missing = [column.name for column in table.columns if column.name not in columns]
        if missing:
            what = f"column '{missing[0]}' of table '{table.name}'" if columns else f"table '{table.name}'"
            raise DamagedIndexError(
                f"index '{name}' has revision {REVISION}, but no {what}",
                "create it again: drop its tables, then run dcr fleet sync",
            )


def _run_migrations(connection: Connection) -> None:
    from alembic import command  # noqa: PLC0415 (only an upgrade needs it)
    from alembic.config import Config  # noqa: PLC0415

    config = Config()
    config.set_main_option("script_location", os.path.join(os.path.dirname(__file__), "migrations").replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    command.upgrade(config, "head")
