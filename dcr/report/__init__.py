"""Holds the result of a check or lint run as data."""
