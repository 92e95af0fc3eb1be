"""Decides which values a field of a contract allows."""
