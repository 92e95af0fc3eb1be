"""Writes the facts of repositories to the index, one repository in one transaction."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, NamedTuple

from sqlalchemy import delete, insert, select, text, update

from dcr.index import schema
from dcr.index.connection import POSTGRESQL
from dcr.index.facts import FACTS_VERSION
from dcr.version import __version__

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from sqlalchemy import Connection

    from dcr.git.history import Commit
    from dcr.index.connection import FleetIndex
    from dcr.index.facts import DatasetFacts, RepositoryFacts

READER = f"{__version__}/{FACTS_VERSION}"
"""What reads repositories: the facts of another reader are read again."""


SYNCED, PUBLISHED = "sync", "publish"
"""Who stores the facts of a repository: a sync of the fleet, or the repository itself."""


_MAX_INTEGER = 2**63 - 1


class IndexedRepository(NamedTuple):
    """A repository in the index; `commit` is None if it could never be read."""

    name: str
    address: str
    ref: str | None
    commit: str | None
    valid_on: str | None
    reader: str | None
    origin: str


class RepositoryKey(NamedTuple):
    """The name of a repository, its address and ref as the fleet lists them, and who stores its facts."""

    name: str
    address: str
    ref: str | None
    origin: str = SYNCED


def get_time() -> str:
    """Return the present time in UTC, as the index stores it."""
    return datetime.now(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")


def list_indexed(index: FleetIndex) -> dict[str, IndexedRepository]:
    """Return the repositories of the index by name."""
    names = ("name", "address", "ref", "commit_id", "valid_on", "reader", "origin")
    columns = [schema.repositories.c[name] for name in names]
    with index.read() as connection:
        return {row[0]: IndexedRepository._make(row) for row in connection.execute(select(*columns))}


def add_repositories(index: FleetIndex, keys: Sequence[RepositoryKey]) -> None:
    """Add those of some repositories that the index does not have, without facts. Raise `FleetIndexError`.

    A check then finds that they were never read, instead of that they use nothing.
    """
    table = schema.repositories
    for start in range(0, len(keys), 100):  # PostgreSQL bounds the locks of a transaction
        batch = sorted(keys[start : start + 100])
        with index.write() as connection:
            for key in batch:
                _lock_repository(connection, key)
            query = select(table.c.name).where(table.c.name.in_([key.name for key in batch]))
            existing: set[str] = set(connection.execute(query).scalars())
            rows = [_make_storable(key._asdict()) for key in batch if key.name not in existing]
            if rows:
                connection.execute(insert(table), rows)


def store_facts(index: FleetIndex, key: RepositoryKey, facts: RepositoryFacts) -> None:
    """Replace the facts of a repository. Raise `FleetIndexError`."""
    with index.write() as connection:
        _lock_repository(connection, key)
        _write_facts(connection, key, facts)


def replace_facts(index: FleetIndex, key: RepositoryKey, facts: RepositoryFacts, former: str | None) -> bool:
    """Replace the facts of a repository at the commit `former`, None if it has no facts.

    Return False if the index has those of another commit meanwhile. Raise `FleetIndexError`.
    """
    table = schema.repositories
    with index.write() as connection:
        _lock_repository(connection, key)
        if connection.execute(select(table.c.commit_id).where(table.c.name == key.name)).scalar() != former:
            return False
        _write_facts(connection, key, facts)
    return True


def _write_facts(connection: Connection, key: RepositoryKey, facts: RepositoryFacts) -> None:
    now = get_time()
    values = {
        "read_ref": facts.ref,
        "commit_id": facts.commit,
        "is_complete": facts.is_complete,
        "declares_consumers": facts.declares_consumers,
        "policy": facts.policy,
        "valid_on": facts.valid_on,
        "reader": READER,
        "read_at": now,
        "checked_at": now,
        "error": None,
        "failed_at": None,
    }
    repository_id, is_new = _upsert_repository(connection, key, values)
    for table in () if is_new else schema.PARTS:
        connection.execute(delete(table).where(table.c.repository_id == repository_id))
    for table, rows in _list_rows(repository_id, facts):
        if rows:
            connection.execute(insert(table), [_make_storable(row) for row in rows])


def store_failure(index: FleetIndex, key: RepositoryKey, error: str) -> None:
    """Store why a repository could not be read. Its former facts are kept. Raise `FleetIndexError`."""
    with index.write() as connection:
        _lock_repository(connection, key)
        _upsert_repository(connection, key, {"error": error, "failed_at": get_time()})


def confirm_unchanged(index: FleetIndex, names: Sequence[str]) -> None:
    """Store that the facts of some repositories are current. Raise `FleetIndexError`."""
    table, now = schema.repositories, get_time()
    values = {"checked_at": now, "error": None, "failed_at": None}
    with index.write() as connection:
        for start in range(0, len(names), 500):
            selected = table.c.name.in_(names[start : start + 500])
            connection.execute(update(table).where(selected).values(values))


def remove_repositories(index: FleetIndex, names: Iterable[str]) -> None:
    """Remove repositories with their facts, each in its own transaction. Raise `FleetIndexError`."""
    table = schema.repositories
    for name in names:
        with index.write() as connection:
            connection.execute(delete(table).where(table.c.name == name))


def _lock_repository(connection: Connection, key: RepositoryKey) -> None:
    """Let other writers of a repository wait for this transaction; those of an SQLite file always do."""
    if connection.dialect.name == POSTGRESQL:
        connection.execute(text("SELECT pg_advisory_xact_lock(hashtextextended(:name, 6417))"), {"name": key.name})


def _upsert_repository(connection: Connection, key: RepositoryKey, values: dict[str, Any]) -> tuple[int, bool]:
    """Return the id of a repository, which is added or changed, and whether it is new."""
    table = schema.repositories
    found = connection.execute(select(table.c.id).where(table.c.name == key.name)).scalar()
    row = _make_storable({**key._asdict(), **values})
    if found is None:
        inserted = connection.execute(insert(table).values(row)).inserted_primary_key
        return int(inserted[0]) if inserted else 0, True
    connection.execute(update(table).where(table.c.id == found).values(row))
    return int(found), False


def _list_rows(repository_id: int, facts: RepositoryFacts) -> Iterator[tuple[Any, list[dict[str, Any]]]]:
    """Yield the rows of each table, those that others refer to first."""
    own = {"repository_id": repository_id}
    yield schema.datasets, [{**own, **_build_dataset_row(dataset)} for dataset in facts.datasets]
    for table, parts in (
        (schema.owners, lambda dataset: ({"team": team, "contact": contact} for team, contact in dataset.owners)),
        (schema.versions, lambda dataset: ({**_flatten(each)} for each in dataset.versions)),
        (schema.fields, lambda dataset: (each._asdict() for each in dataset.fields)),
    ):
        yield (
            table,
            [
                {**own, "dataset_id": dataset.dataset_id, "position": position, **part}
                for dataset in facts.datasets
                for position, part in enumerate(parts(dataset))
            ],
        )
    consumers = list(enumerate(facts.consumers))
    yield (
        schema.consumers,
        [
            {**own, "number": number, **{name: getattr(each, name) for name in ("name", "source", "path", "document")}}
            for number, each in consumers
        ],
    )
    yield (
        schema.uses,
        [
            {**own, "number": number, "position": position, **use._asdict()}
            for number, each in consumers
            for position, use in enumerate(each.uses)
        ],
    )
    yield schema.issues, [{**own, "position": place, **_flatten(each)} for place, each in enumerate(facts.issues)]
    yield schema.files, [{**own, **each._asdict()} for each in facts.files]


def _build_dataset_row(dataset: DatasetFacts) -> dict[str, Any]:
    seconds, measurement = dataset.freshness or (None, None)
    row = {
        **dataset._asdict(),
        "other_paths": json.dumps(dataset.other_paths),
        "has_freshness": dataset.freshness is not None,
        "freshness_seconds": seconds,
        "freshness_measurement": measurement,
        **_build_commit_row(dataset.last_change),
    }
    return {name: value for name, value in row.items() if name in schema.datasets.c}


def _flatten(part: Any) -> dict[str, Any]:
    """Return the values of a record with a commit as a row."""
    row: dict[str, Any] = part._asdict()
    return {**row, **_build_commit_row(row.pop("commit"))}


def _build_commit_row(commit: Commit) -> dict[str, str]:
    return {f"commit_{name}": value for name, value in commit._asdict().items()}


def _make_storable(row: dict[str, Any]) -> dict[str, Any]:
    """Return a row without lone surrogates, NUL, and integers of more than 64 bits, which databases do not store."""
    values = row.values()
    texts = "".join([value for value in values if type(value) is str])
    integers = [value for value in values if type(value) is int]
    if (
        texts.isascii()
        and "\0" not in texts
        and (not integers or -_MAX_INTEGER <= min(integers) <= max(integers) <= _MAX_INTEGER)
    ):
        return row
    return {name: _replace_unstorable(value) for name, value in row.items()}


def _replace_unstorable(value: Any) -> Any:
    if isinstance(value, int):
        return max(-_MAX_INTEGER, min(value, _MAX_INTEGER)) if abs(value) > _MAX_INTEGER else value
    if not isinstance(value, str) or (value.isascii() and "\0" not in value):
        return value
    return value.encode("utf-8", "surrogateescape").decode("utf-8", "replace").replace("\0", "\ufffd")
