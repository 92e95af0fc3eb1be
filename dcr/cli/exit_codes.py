"""Defines the exit codes of the command line."""

EXIT_ISSUES, EXIT_NOT_CHECKED, EXIT_BUG, EXIT_INTERRUPTED = 1, 2, 3, 130
