"""The migrations of the index, which Alembic runs."""
