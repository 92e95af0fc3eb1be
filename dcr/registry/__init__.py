"""Contracts by dataset and version: the in-memory registry, and compatibility of two contracts in Python."""

from __future__ import annotations

from dcr.registry.compatibility import CompatibilityReport, check_compatibility
from dcr.registry.memory import ContractRegistry

__all__ = ["CompatibilityReport", "ContractRegistry", "check_compatibility"]
