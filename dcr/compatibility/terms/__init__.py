"""Compares relationships, quality rules, service levels and servers of two versions."""
