"""Provides the command line: the only package that prints, exits or reads arguments."""
