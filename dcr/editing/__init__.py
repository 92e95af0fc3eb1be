"""Contracts edited in place: text and what was read from it in, new text out; nothing here reads or writes a file."""
