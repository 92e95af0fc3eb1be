"""Finds the keys of a foreign file that dcr does not read."""
