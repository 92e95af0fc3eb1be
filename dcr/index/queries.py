"""Reads repositories, datasets and duplicates from the index."""

from __future__ import annotations

import json
from collections import defaultdict
from typing import TYPE_CHECKING

from sqlalchemy import func, select

from dcr.git.history import Commit
from dcr.index import schema
from dcr.index.records import (
    REMOVED,
    DuplicateDataset,
    KnownRepository,
    StoredDataset,
    StoredRepository,
)

if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any

    from sqlalchemy import Connection, Select, Table

_COMMIT = ("commit_id", "commit_author", "commit_email", "commit_date", "commit_subject")


def list_repositories(connection: Connection) -> list[StoredRepository]:
    """Return all repositories, by name."""
    table, datasets = schema.repositories, schema.datasets
    count = (
        select(func.count())
        .select_from(datasets)
        .where(datasets.c.repository_id == table.c.id, datasets.c.status != REMOVED)
        .scalar_subquery()
    )
    names = ("name", "address", "ref", "read_ref", "commit_id", "is_complete", "read_at", "checked_at", "error")
    query = select(*(table.c[name] for name in (*names, "failed_at")), count).order_by(table.c.name)
    return [StoredRepository._make(row) for row in fetch(connection, query)]


def list_failed(connection: Connection) -> list[StoredRepository]:
    """Return the repositories whose facts are not current, because the last attempt to read them failed."""
    return [repository for repository in list_repositories(connection) if repository.error is not None]


def list_known_repositories(connection: Connection) -> list[KnownRepository]:
    """Return all repositories with what decides whether their facts can be used, by name."""
    table = schema.repositories
    columns = [table.c[name] for name in KnownRepository._fields]
    return [KnownRepository._make(row) for row in fetch(connection, select(*columns).order_by(table.c.name))]


def list_datasets(connection: Connection, ids: Sequence[str] = ()) -> list[StoredDataset]:
    """Return the datasets of all repositories, removed ones too, by id and repository; with `ids`, only these."""
    table = schema.datasets
    owners = _list_owners(connection, ids)
    names = (
        "repository_id", "dataset_id", "version", "status", "path", "other_paths", "format", "alias_of", "description",
        "has_freshness", "freshness_seconds", "freshness_measurement", "deprecation_uri", "is_complete",
    )  # fmt: skip
    query = (
        select(schema.repositories.c.name, *(table.c[name] for name in names), *list_commit_columns(table))
        .join(schema.repositories)
        .order_by(table.c.dataset_id, schema.repositories.c.name)
    )
    if ids:
        query = query.where(table.c.dataset_id.in_(ids))
    return [_build_dataset(row, owners) for row in fetch(connection, query)]


def fetch(connection: Connection, query: Select[Any]) -> list[tuple[Any, ...]]:
    """Return the rows of a query."""
    return [tuple(row) for row in connection.execute(query)]


def list_commit_columns(table: Table) -> list[Any]:
    """Return the columns of a table's commit, in the order of `Commit`."""
    return [table.c[name] for name in _COMMIT]


def _list_owners(connection: Connection, ids: Sequence[str]) -> dict[tuple[int, str], list[tuple[str, str | None]]]:
    table = schema.owners
    query = select(table.c.repository_id, table.c.dataset_id, table.c.team, table.c.contact).order_by(
        table.c.repository_id, table.c.dataset_id, table.c.position
    )
    if ids:
        query = query.where(table.c.dataset_id.in_(ids))
    owners: dict[tuple[int, str], list[tuple[str, str | None]]] = defaultdict(list)
    for repository_id, dataset_id, team, contact in fetch(connection, query):
        owners[repository_id, dataset_id].append((team, contact))
    return owners


def _build_dataset(row: Sequence[Any], owners: dict[tuple[int, str], list[tuple[str, str | None]]]) -> StoredDataset:
    (
        repository, repository_id, dataset_id, version, status, path, other_paths, format_name, alias_of, description,
        has_freshness, seconds, measurement, deprecation_uri, is_complete, *commit,
    ) = row  # fmt: skip
    return StoredDataset(
        repository,
        dataset_id,
        version,
        status,
        path,
        tuple(json.loads(other_paths)),
        format_name,
        alias_of,
        description,
        (seconds, measurement) if has_freshness else None,
        deprecation_uri,
        is_complete,
        Commit._make(commit),
        tuple(owners.get((repository_id, dataset_id), ())),
    )


def list_dataset_ids(connection: Connection) -> list[str]:
    """Return the ids of all datasets of all repositories, removed ones too, sorted."""
    table = schema.datasets
    query = select(table.c.dataset_id).distinct().order_by(table.c.dataset_id)
    return [dataset_id for (dataset_id,) in fetch(connection, query)]


def list_duplicates(connection: Connection) -> list[DuplicateDataset]:
    """Return the dataset ids that several repositories define, by id."""
    table, repositories = schema.datasets, schema.repositories
    duplicated = (
        select(table.c.dataset_id)
        .where(table.c.status != REMOVED)
        .group_by(table.c.dataset_id)
        .having(func.count() > 1)
        .scalar_subquery()
    )
    query = (
        select(table.c.dataset_id, repositories.c.name)
        .join(repositories)
        .where(table.c.dataset_id.in_(duplicated), table.c.status != REMOVED)
        .order_by(table.c.dataset_id, repositories.c.name)
    )
    found: dict[str, list[str]] = defaultdict(list)
    for dataset_id, name in fetch(connection, query):
        found[dataset_id].append(name)
    return [DuplicateDataset(dataset_id, tuple(names)) for dataset_id, names in found.items()]
