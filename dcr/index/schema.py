"""Defines the tables of the index, the same for SQLite and PostgreSQL."""

from __future__ import annotations

from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
)

REVISION = "0002"
"""The revision of the migrations that these tables correspond to."""

TEXT = Text().with_variant(Text(collation="C"), "postgresql")
"""Text that both databases sort by code points, so that they return the same order."""

metadata = MetaData()


def _create_reference() -> Column[int]:
    """Return the column with the repository that a row belongs to."""
    return Column("repository_id", ForeignKey("repositories.id", ondelete="CASCADE"), primary_key=True)


def _list_commit_columns() -> list[Column[str]]:
    names = ("commit_id", "commit_author", "commit_email", "commit_date", "commit_subject")
    return [Column(name, TEXT, nullable=False) for name in names]


repositories = Table(
    "repositories",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("name", TEXT, nullable=False, unique=True),
    Column("address", TEXT, nullable=False),
    Column("ref", TEXT),  # as the fleet names it, null for the default branch
    Column("read_ref", TEXT),  # the columns from here on are null until the repository could be read once
    Column("commit_id", TEXT),
    Column("is_complete", Boolean),
    Column("declares_consumers", Boolean),
    Column("policy", TEXT),
    Column("valid_on", TEXT),
    Column("reader", TEXT),
    Column("read_at", TEXT),
    Column("checked_at", TEXT),
    Column("error", TEXT),
    Column("failed_at", TEXT),
    Column("origin", TEXT, nullable=False, server_default="sync"),
)
"""Times are UTC in ISO 8601. `reader` is the version of dcr and of its facts. `read_at` is when the facts were read,
`checked_at` when they were last found to be current. `error` is why the last attempt failed. `origin` is who stores the
facts: a sync of the fleet, or the repository itself."""

datasets = Table(
    "datasets",
    metadata,
    _create_reference(),
    Column("dataset_id", TEXT, primary_key=True),
    Column("version", TEXT, nullable=False),
    Column("status", TEXT, nullable=False),
    Column("path", TEXT, nullable=False),
    Column("other_paths", TEXT, nullable=False),
    Column("format", TEXT, nullable=False),
    Column("alias_of", TEXT),
    Column("mode", TEXT, nullable=False),
    Column("description", TEXT),
    Column("has_freshness", Boolean, nullable=False),
    Column("freshness_seconds", BigInteger),
    Column("freshness_measurement", TEXT),
    Column("deprecation_uri", TEXT),
    Column("is_complete", Boolean, nullable=False),
    *_list_commit_columns(),
    Index("datasets_by_id", "dataset_id"),
)


def _create_dataset_key() -> ForeignKeyConstraint:
    return ForeignKeyConstraint(
        ["repository_id", "dataset_id"], ["datasets.repository_id", "datasets.dataset_id"], ondelete="CASCADE"
    )


def _list_dataset_columns() -> list[Column[Any]]:
    """Return the key of a row that is one of several of a dataset, in the order of `position`."""
    return [
        Column("repository_id", Integer, primary_key=True),
        Column("dataset_id", TEXT, primary_key=True),
        Column("position", Integer, primary_key=True),
    ]


owners = Table(
    "owners",
    metadata,
    *_list_dataset_columns(),
    Column("team", TEXT, nullable=False),
    Column("contact", TEXT),
    _create_dataset_key(),
    Index("owners_by_team", "team"),
)

versions = Table(
    "versions",
    metadata,
    *_list_dataset_columns(),
    Column("version", TEXT, nullable=False),
    Column("digest", TEXT, nullable=False),
    Column("status", TEXT, nullable=False),
    Column("path", TEXT, nullable=False),
    Column("required_bump", TEXT),
    Column("actual_bump", TEXT),
    Column("breaks", Boolean, nullable=False),
    *_list_commit_columns(),
    _create_dataset_key(),
)
"""The versions of a dataset, newest first."""

fields = Table(
    "fields",
    metadata,
    *_list_dataset_columns(),
    Column("path", TEXT, nullable=False),
    Column("type", TEXT, nullable=False),
    Column("required", Boolean, nullable=False),
    Column("deprecated", Boolean, nullable=False),
    Column("description", TEXT),
    _create_dataset_key(),
    Index("fields_by_path", "path"),
)

consumers = Table(
    "consumers",
    metadata,
    _create_reference(),
    Column("number", Integer, primary_key=True),
    Column("name", TEXT, nullable=False),
    Column("source", TEXT, nullable=False),
    Column("path", TEXT, nullable=False),
    Column("document", TEXT, nullable=False),
    Index("consumers_by_name", "name"),
)

uses = Table(
    "uses",
    metadata,
    Column("repository_id", Integer, primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("position", Integer, primary_key=True),
    Column("dataset_id", TEXT, nullable=False),
    Column("document", TEXT, nullable=False),
    ForeignKeyConstraint(
        ["repository_id", "number"], ["consumers.repository_id", "consumers.number"], ondelete="CASCADE"
    ),
    Index("uses_by_dataset", "dataset_id"),
)
"""The uses of consumers; the dataset may be one of another repository."""

issues = Table(
    "issues",
    metadata,
    _create_reference(),
    Column("position", Integer, primary_key=True),
    Column("kind", TEXT, nullable=False),
    Column("severity", TEXT, nullable=False),
    Column("message", TEXT, nullable=False),
    Column("hint", TEXT, nullable=False),
    Column("dataset_id", TEXT),
    Column("field", TEXT),
    Column("previous", TEXT),
    Column("version", TEXT),
    Column("path", TEXT, nullable=False),
    Column("accepted", TEXT),
    *_list_commit_columns(),
    Index("issues_by_dataset", "dataset_id"),
)

files = Table(
    "files",
    metadata,
    _create_reference(),
    Column("purpose", TEXT, primary_key=True),
    Column("path", TEXT, primary_key=True),
    Column("text", LargeBinary, nullable=False),
)

PARTS = (uses, consumers, fields, versions, owners, issues, files, datasets)
"""The tables with the facts of a repository, referring ones first."""
