"""Opens the index of a fleet at a URL, and translates the errors of its database."""

from __future__ import annotations

import contextlib
import os
import sqlite3
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import quote

from sqlalchemy import URL, NullPool, create_engine, event, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, SQLAlchemyError

from dcr.errors import DcrError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy import Connection, Engine

SQLITE, POSTGRESQL = "sqlite", "postgresql"
_DRIVERS = {SQLITE: "sqlite", POSTGRESQL: "postgresql+psycopg"}
_EXAMPLES = "write sqlite:///fleet.db or postgresql://USER@HOST/DATABASE"
_LOCK_SECONDS = 60
"""The seconds that a writer waits for another one."""

_CONNECT_SECONDS = 10
_WAIT_SECONDS = 10
"""The seconds that a check waits for a locked table or file."""

_QUERY_SECONDS = 60


class FleetIndexError(DcrError):
    """The index cannot be used."""


class UnreachableIndexError(FleetIndexError):
    """The database cannot be opened, or the connection to it was lost."""


class DamagedIndexError(FleetIndexError):
    """The index lacks tables or columns that its revision has."""


class OpenIndex(NamedTuple):
    """An index in a transaction whose queries all read the same state; the name has no password."""

    connection: Connection
    name: str


class FleetIndex(NamedTuple):
    """An index at a URL; `name` is the URL without its password. Writers lock an SQLite file from the start."""

    name: str
    reader: Engine
    writer: Engine

    @contextlib.contextmanager
    def read(self) -> Iterator[Connection]:
        """Open a transaction whose queries all read the same state. Raise `FleetIndexError`."""
        with translate_errors(self.name), self.reader.begin() as connection:
            yield connection

    @contextlib.contextmanager
    def open(self) -> Iterator[OpenIndex]:
        """Open a transaction as `read` does, and return it with the name of the index."""
        with self.read() as connection:
            yield OpenIndex(connection, self.name)

    @contextlib.contextmanager
    def write(self) -> Iterator[Connection]:
        """Open a transaction that becomes visible as a whole. Raise `FleetIndexError`."""
        with translate_errors(self.name), self.writer.begin() as connection:
            yield connection

    def close(self) -> None:
        """Close all connections."""
        self.reader.dispose()
        self.writer.dispose()


def parse_index_url(text: str, folder: str) -> URL:
    """Return the URL of an index; the path of an SQLite file is relative to `folder`. Raise `FleetIndexError`."""
    try:
        url = make_url(text)
    except (ArgumentError, ValueError) as error:
        raise FleetIndexError("the index is not a URL", _EXAMPLES) from error
    name = url.get_backend_name()
    if name not in _DRIVERS:
        raise FleetIndexError(f"the index is in '{name}', expected sqlite or postgresql", _EXAMPLES)
    if name == SQLITE:
        if not url.database or url.database == ":memory:" or url.host or url.username:
            raise FleetIndexError(f"index '{hide_password(url)}' has no file", "write sqlite:///fleet.db")
        if url.query or not url.database.isprintable():
            raise FleetIndexError("the index is an SQLite file with parameters, or not printable", _EXAMPLES)
        url = url.set(database=os.path.join(folder, url.database))
    elif "@" in (url.host or ""):
        raise FleetIndexError("the URL of the index contains '@' twice", "write %40 for an '@' in the user or password")
    elif not url.database:
        raise FleetIndexError(f"index '{hide_password(url)}' has no database", _EXAMPLES)
    return url.set(drivername=_DRIVERS[name])


def hide_password(url: URL) -> str:
    """Return a URL for messages, in the form in which it is written."""
    plain = url.set(drivername=url.get_backend_name())
    secret = [name for name in plain.query if "password" in name or name == "passfile"]
    return plain.difference_update_query(secret).render_as_string(hide_password=True)


def connect(url: URL) -> FleetIndex:
    """Return the index at a URL of `parse_index_url`, for reading and writing. It connects when it is first used."""
    if url.get_backend_name() == SQLITE:
        return FleetIndex(
            hide_password(url), _create_sqlite_engine(url, "BEGIN"), _create_sqlite_engine(url, "BEGIN IMMEDIATE")
        )
    options: dict[str, Any] = {"connect_args": {"connect_timeout": _CONNECT_SECONDS}, "pool_pre_ping": True}
    reader = create_engine(url, isolation_level="REPEATABLE READ", **options)
    return FleetIndex(hide_password(url), reader, create_engine(url, isolation_level="READ COMMITTED", **options))


def connect_reader(url: URL) -> FleetIndex:
    """Return the index at a URL of `parse_index_url` for reading only: it creates no file, and waits a short time.

    The right to read its tables is enough.
    """
    name = hide_password(url)
    if url.get_backend_name() == SQLITE:
        path = quote(os.path.abspath(url.database or ""))

        def open_file() -> sqlite3.Connection:
            return sqlite3.connect(f"file:{path}?mode=ro", timeout=_WAIT_SECONDS, uri=True, check_same_thread=False)

        reader = create_engine("sqlite://", creator=open_file, poolclass=NullPool)
        event.listen(reader, "begin", lambda connection: connection.exec_driver_sql("BEGIN"))
    else:
        arguments = {"connect_timeout": _CONNECT_SECONDS, "tcp_user_timeout": 1000 * _QUERY_SECONDS}
        reader = create_engine(url, isolation_level="REPEATABLE READ", connect_args=arguments, poolclass=NullPool)
        reader = reader.execution_options(postgresql_readonly=True)

        @event.listens_for(reader, "begin")
        def _limit_waiting(connection: Connection) -> None:
            for setting, seconds in (("lock_timeout", _WAIT_SECONDS), ("statement_timeout", _QUERY_SECONDS)):
                connection.exec_driver_sql(f"SET LOCAL {setting} = '{seconds}s'")

    return FleetIndex(name, reader, reader)


def _create_sqlite_engine(url: URL, begin: str) -> Engine:
    """Return an engine that begins transactions itself: Python's driver commits before it changes a table."""
    engine = create_engine(url, connect_args={"timeout": _LOCK_SECONDS})

    @event.listens_for(engine, "connect")
    def _prepare(connection: Any, _: object) -> None:
        connection.isolation_level = None
        for pragma in ("foreign_keys = ON", "journal_mode = WAL", "synchronous = NORMAL"):
            connection.execute(f"PRAGMA {pragma}").close()

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        connection.exec_driver_sql(begin)

    return engine


@contextlib.contextmanager
def translate_errors(name: str) -> Iterator[None]:
    """Raise `FleetIndexError` with the reason in place of an error of the database; `name` is the URL to print."""
    try:
        yield
    except DBAPIError as error:
        lines = str(error.orig).strip().splitlines()
        reason = lines[0] if lines else type(error.orig).__name__
        if _is_schema_error(error):
            raise DamagedIndexError(
                f"index '{name}' is damaged: {reason}", "create it again: drop its tables, then run dcr fleet sync"
            ) from error
        raise UnreachableIndexError(
            f"index '{name}' cannot be used: {reason}", "check its URL, and that its database is running"
        ) from error
    except SQLAlchemyError as error:
        reason = str(error).splitlines()[0]
        raise UnreachableIndexError(f"index '{name}' cannot be used: {reason}", "check its URL") from error


def _is_schema_error(error: DBAPIError) -> bool:
    """Return whether a table or column does not exist (SQLSTATE 42P01 and 42703 in PostgreSQL)."""
    state = getattr(error.orig, "sqlstate", None)
    return state in ("42P01", "42703") or str(error.orig).startswith(("no such table", "no such column", "table "))
