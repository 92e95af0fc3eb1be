"""Reads versions, fields and issues of datasets from the index."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from dcr.git.history import Commit
from dcr.index import schema
from dcr.index.queries import fetch, list_commit_columns
from dcr.index.records import REMOVED, StoredField, StoredIssue, StoredVersion

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy import Connection


def list_versions(connection: Connection, ids: Sequence[str]) -> list[StoredVersion]:
    """Return the versions of some datasets in each repository that defines them, newest first."""
    table, repositories = schema.versions, schema.repositories
    names = ("dataset_id", "version", "digest", "status", "path", "required_bump", "actual_bump", "breaks")
    query = (
        select(repositories.c.name, *(table.c[name] for name in names), *list_commit_columns(table))
        .join_from(table, repositories, table.c.repository_id == repositories.c.id)
        .where(table.c.dataset_id.in_(ids))
        .order_by(table.c.dataset_id, repositories.c.name, table.c.position)
    )
    return [StoredVersion._make(_join_commit(row)) for row in fetch(connection, query)]


def list_fields(connection: Connection, ids: Sequence[str] = ()) -> list[StoredField]:
    """Return the fields of the latest versions, by dataset and repository, in the order of their contract.

    With `ids`, only those of these datasets.
    """
    table, repositories, datasets = schema.fields, schema.repositories, schema.datasets
    names = ("dataset_id", "path", "type", "required", "deprecated", "description")
    query = (
        select(repositories.c.name, *(table.c[name] for name in names), datasets.c.path, datasets.c.is_complete)
        .join_from(table, datasets)
        .join(repositories, repositories.c.id == table.c.repository_id)
        .where(datasets.c.status != REMOVED)
        .order_by(table.c.dataset_id, repositories.c.name, table.c.position)
    )
    if ids:
        query = query.where(table.c.dataset_id.in_(ids))
    return [StoredField._make(row) for row in fetch(connection, query)]


def list_issues(connection: Connection, since: datetime | None = None) -> list[StoredIssue]:
    """Return the issues of all repositories, the newest commits first; with `since`, only those of later commits.

    Issues of files that cannot be read now are always included.
    """
    table, repositories = schema.issues, schema.repositories
    names = (
        "kind", "severity", "message", "hint", "dataset_id", "field", "previous", "version", "path", "accepted",
    )  # fmt: skip
    query = (
        select(repositories.c.name, *(table.c[name] for name in names), *list_commit_columns(table))
        .join_from(table, repositories)
        .order_by(repositories.c.name, table.c.position)
    )
    issues = [StoredIssue._make(_join_commit(row)) for row in fetch(connection, query)]
    if since is not None:
        issues = [issue for issue in issues if issue.is_current or _get_instant(issue.commit) >= since]
    return sorted(issues, key=lambda issue: _get_instant(issue.commit), reverse=True)


def _join_commit(row: tuple[Any, ...]) -> tuple[Any, ...]:
    """Return a row with its last columns as a commit."""
    count = len(Commit._fields)
    return (*row[:-count], Commit._make(row[-count:]))


def _get_instant(commit: Commit) -> datetime:
    """Return the time of a commit, that of a commit without a date before all others."""
    try:
        return datetime.fromisoformat(commit.date).astimezone(UTC)
    except (ValueError, OverflowError):
        return datetime.min.replace(tzinfo=UTC)
