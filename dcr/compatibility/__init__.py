"""Compares two versions of a contract and reports what breaks, without I/O."""
