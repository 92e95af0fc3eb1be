"""The index of a fleet: its schema and migrations, writing one repository, and reading."""
