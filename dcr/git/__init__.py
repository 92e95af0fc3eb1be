"""Reads the repository through one gateway to git. Only the `writing` package writes to it."""
