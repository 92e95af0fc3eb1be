"""Compares the terms of two versions: relationships, quality rules, service levels."""
