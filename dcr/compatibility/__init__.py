"""Compares two versions of a contract and reports what breaks. Does no I/O."""
