"""Defines the routes of the service."""
