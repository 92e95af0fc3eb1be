"""The repository, read-only: one gateway to git, objects, changes and the base. Never writes to it."""
