"""Parses YAML into nodes with locations, within fixed limits."""
