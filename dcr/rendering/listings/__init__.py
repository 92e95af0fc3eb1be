"""Renders what the commands that read the registry print, as tables or JSON."""
