"""Finds the issues of single files for dcr lint, and keeps what was found in a cache."""
