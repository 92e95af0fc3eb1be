"""Reads the parts of a Data Contract Specification file."""
