"""Defines the version of dcr."""

__version__ = "0.1.0"
