"""Finds values and rows that one version of a contract accepts and another one refuses."""
