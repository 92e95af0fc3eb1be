"""Provides what the foreign formats share."""
