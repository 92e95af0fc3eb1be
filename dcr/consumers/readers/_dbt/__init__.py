"""Reads the parts of a dbt project that declare consumers."""
