"""Finds the base of a check and its merge base with the proposed version."""
