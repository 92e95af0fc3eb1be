"""Reads the parts of an Open Data Contract Standard file."""
