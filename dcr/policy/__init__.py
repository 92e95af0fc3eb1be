"""Reads a repository's policy, acceptances and baseline, and applies them to issues."""
