"""Implements the public Python API: models compared and registered in code."""
