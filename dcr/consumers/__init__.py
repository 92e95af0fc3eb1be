"""Declarations of consumers: who uses which fields of which dataset, and how."""
