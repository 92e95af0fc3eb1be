"""Renders reports and registry data as text, HTML and JSON."""
