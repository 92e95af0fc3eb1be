"""Provides what the readers of foreign formats share."""
