"""Reads the parts of a dbt property file."""
