"""Formats text for messages."""
