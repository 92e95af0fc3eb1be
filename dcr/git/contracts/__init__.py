"""Reads contracts out of commits, the index and the working tree."""
