"""Finds the consumers of datasets in commits, the index and the working tree."""
