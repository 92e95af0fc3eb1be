"""Holds what all routes share: answers, problems, limits, request bodies and metrics."""
