"""Parses YAML text into nodes that know their line and column, within fixed limits."""
