"""How bad an issue is, in words that policies and reports share."""

from __future__ import annotations

ERROR, WARNING, INFO, OFF = "error", "warning", "info", "off"
SEVERITIES = (ERROR, WARNING, INFO)
"""Every severity, worst first; a policy may also turn a kind `off`."""
