"""Revision 0002: marks the repositories that publish their own facts."""

import sqlalchemy as sa
from alembic import op

revision, down_revision = "0002", "0001"

_TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def upgrade() -> None:
    """Add the column; existing repositories were synced."""
    op.add_column("repositories", sa.Column("origin", _TEXT, nullable=False, server_default="sync"))
