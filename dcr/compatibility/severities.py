"""Defines the severities of issues."""

from __future__ import annotations

ERROR, WARNING, INFO, OFF = "error", "warning", "info", "off"
SEVERITIES = (ERROR, WARNING, INFO)
"""Every severity, worst first; a policy may also set a kind to `off`."""
