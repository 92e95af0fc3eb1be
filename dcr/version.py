"""The version of dcr, in one place for the package, the command and the reports."""

__version__ = "0.1.0"
