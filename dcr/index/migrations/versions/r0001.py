"""Revision 0001: creates the tables of the index."""

import sqlalchemy as sa
from alembic import op

revision, down_revision = "0001", None

_TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def _list_commit_columns() -> list[sa.Column[str]]:
    names = ("commit_id", "commit_author", "commit_email", "commit_date", "commit_subject")
    return [sa.Column(name, _TEXT, nullable=False) for name in names]


def upgrade() -> None:
    """Create all tables."""
    _create_repositories()
    _create_datasets()
    _create_consumers()


def _create_repositories() -> None:
    op.create_table(
        "repositories",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", _TEXT, nullable=False),
        sa.Column("address", _TEXT, nullable=False),
        sa.Column("ref", _TEXT, nullable=True),
        sa.Column("read_ref", _TEXT, nullable=True),
        sa.Column("commit_id", _TEXT, nullable=True),
        sa.Column("is_complete", sa.Boolean(), nullable=True),
        sa.Column("declares_consumers", sa.Boolean(), nullable=True),
        sa.Column("policy", _TEXT, nullable=True),
        sa.Column("valid_on", _TEXT, nullable=True),
        sa.Column("reader", _TEXT, nullable=True),
        sa.Column("read_at", _TEXT, nullable=True),
        sa.Column("checked_at", _TEXT, nullable=True),
        sa.Column("error", _TEXT, nullable=True),
        sa.Column("failed_at", _TEXT, nullable=True),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("name"),
    )
    op.create_table(
        "files",
        sa.Column("repository_id", sa.Integer(), nullable=False),
        sa.Column("purpose", _TEXT, nullable=False),
        sa.Column("path", _TEXT, nullable=False),
        sa.Column("text", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["repository_id"], ["repositories.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("repository_id", "purpose", "path"),
    )
    op.create_table(
        "issues",
        sa.Column("repository_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("kind", _TEXT, nullable=False),
        sa.Column("severity", _TEXT, nullable=False),
        sa.Column("message", _TEXT, nullable=False),
        sa.Column("hint", _TEXT, nullable=False),
        sa.Column("dataset_id", _TEXT, nullable=True),
        sa.Column("field", _TEXT, nullable=True),
        sa.Column("previous", _TEXT, nullable=True),
        sa.Column("version", _TEXT, nullable=True),
        sa.Column("path", _TEXT, nullable=False),
        sa.Column("accepted", _TEXT, nullable=True),
        *_list_commit_columns(),
        sa.ForeignKeyConstraint(["repository_id"], ["repositories.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("repository_id", "position"),
    )
    op.create_index("issues_by_dataset", "issues", ["dataset_id"], unique=False)


def _create_datasets() -> None:
    op.create_table(
        "datasets",
        sa.Column("repository_id", sa.Integer(), nullable=False),
        sa.Column("dataset_id", _TEXT, nullable=False),
        sa.Column("version", _TEXT, nullable=False),
        sa.Column("status", _TEXT, nullable=False),
        sa.Column("path", _TEXT, nullable=False),
        sa.Column("other_paths", _TEXT, nullable=False),
        sa.Column("format", _TEXT, nullable=False),
        sa.Column("alias_of", _TEXT, nullable=True),
        sa.Column("mode", _TEXT, nullable=False),
        sa.Column("description", _TEXT, nullable=True),
        sa.Column("has_freshness", sa.Boolean(), nullable=False),
        sa.Column("freshness_seconds", sa.BigInteger(), nullable=True),
        sa.Column("freshness_measurement", _TEXT, nullable=True),
        sa.Column("deprecation_uri", _TEXT, nullable=True),
        sa.Column("is_complete", sa.Boolean(), nullable=False),
        *_list_commit_columns(),
        sa.ForeignKeyConstraint(["repository_id"], ["repositories.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("repository_id", "dataset_id"),
    )
    op.create_index("datasets_by_id", "datasets", ["dataset_id"], unique=False)
    op.create_table(
        "owners",
        sa.Column("repository_id", sa.Integer(), nullable=False),
        sa.Column("dataset_id", _TEXT, nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("team", _TEXT, nullable=False),
        sa.Column("contact", _TEXT, nullable=True),
        sa.ForeignKeyConstraint(
            ["repository_id", "dataset_id"], ["datasets.repository_id", "datasets.dataset_id"], ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("repository_id", "dataset_id", "position"),
    )
    op.create_index("owners_by_team", "owners", ["team"], unique=False)
    op.create_table(
        "versions",
        sa.Column("repository_id", sa.Integer(), nullable=False),
        sa.Column("dataset_id", _TEXT, nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("version", _TEXT, nullable=False),
        sa.Column("digest", _TEXT, nullable=False),
        sa.Column("status", _TEXT, nullable=False),
        sa.Column("path", _TEXT, nullable=False),
        sa.Column("required_bump", _TEXT, nullable=True),
        sa.Column("actual_bump", _TEXT, nullable=True),
        sa.Column("breaks", sa.Boolean(), nullable=False),
        *_list_commit_columns(),
        sa.ForeignKeyConstraint(
            ["repository_id", "dataset_id"], ["datasets.repository_id", "datasets.dataset_id"], ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("repository_id", "dataset_id", "position"),
    )
    op.create_table(
        "fields",
        sa.Column("repository_id", sa.Integer(), nullable=False),
        sa.Column("dataset_id", _TEXT, nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("path", _TEXT, nullable=False),
        sa.Column("type", _TEXT, nullable=False),
        sa.Column("required", sa.Boolean(), nullable=False),
        sa.Column("deprecated", sa.Boolean(), nullable=False),
        sa.Column("description", _TEXT, nullable=True),
        sa.ForeignKeyConstraint(
            ["repository_id", "dataset_id"], ["datasets.repository_id", "datasets.dataset_id"], ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("repository_id", "dataset_id", "position"),
    )
    op.create_index("fields_by_path", "fields", ["path"], unique=False)


def _create_consumers() -> None:
    op.create_table(
        "consumers",
        sa.Column("repository_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("name", _TEXT, nullable=False),
        sa.Column("source", _TEXT, nullable=False),
        sa.Column("path", _TEXT, nullable=False),
        sa.Column("document", _TEXT, nullable=False),
        sa.ForeignKeyConstraint(["repository_id"], ["repositories.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("repository_id", "number"),
    )
    op.create_index("consumers_by_name", "consumers", ["name"], unique=False)
    op.create_table(
        "uses",
        sa.Column("repository_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("dataset_id", _TEXT, nullable=False),
        sa.Column("document", _TEXT, nullable=False),
        sa.ForeignKeyConstraint(
            ["repository_id", "number"], ["consumers.repository_id", "consumers.number"], ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("repository_id", "number", "position"),
    )
    op.create_index("uses_by_dataset", "uses", ["dataset_id"], unique=False)
