"""Collects the data of each page as plain values, without HTML and without addresses."""
