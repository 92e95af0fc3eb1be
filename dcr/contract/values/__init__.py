"""Decides which values are valid for a field of a contract."""
