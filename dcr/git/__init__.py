"""Reads the repository through git; only the `writing` package writes to it."""
