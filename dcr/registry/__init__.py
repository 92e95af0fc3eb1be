"""Contracts by dataset and version: in memory, or out of a repository's history; names load when first used."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from dcr.registry.compatibility import CompatibilityReport, check_compatibility
    from dcr.registry.memory import ContractRegistry, RegistryError

_HOMES = {
    "CompatibilityReport": "dcr.registry.compatibility",
    "ContractRegistry": "dcr.registry.memory",
    "RegistryError": "dcr.registry.memory",
    "check_compatibility": "dcr.registry.compatibility",
}

__all__ = ["CompatibilityReport", "ContractRegistry", "RegistryError", "check_compatibility"]


def __getattr__(name: str) -> Any:
    """Load one public name: the models it needs cost more than reading a history does."""
    if name in _HOMES:
        return getattr(import_module(_HOMES[name]), name)
    raise AttributeError(f"module 'dcr.registry' has no attribute '{name}'")
