"""Edits the text of a YAML file in place and keeps its comments. Reads and writes no file."""
