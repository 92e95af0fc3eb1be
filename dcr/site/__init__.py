"""Builds pages of the registry: their data, their HTML, and the files of `dcr site`."""
