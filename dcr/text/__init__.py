"""Formats text for messages: printable characters and suggestions."""
