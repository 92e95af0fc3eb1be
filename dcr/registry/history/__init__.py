"""Reads and caches the history of every dataset on a branch."""
