"""Implements the commands, one module each; a module's docstring is its help text."""
