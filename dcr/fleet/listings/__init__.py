"""Renders the answers over all repositories of a fleet, as tables and JSON documents."""
