"""Turns requests into commits: the path and text of a contract's file, the check, and the commit."""
