"""Keeps the registry of one ref in memory and follows the ref."""
