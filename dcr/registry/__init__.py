"""Exports the registries of contracts, in memory and from git; each name is loaded on first use."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from dcr.registry.library.arguments import RegistryError
    from dcr.registry.library.compatibility import CompatibilityReport, check_compatibility
    from dcr.registry.library.interface import Registry
    from dcr.registry.library.memory_registry import ContractRegistry

_MODULES = {
    "CompatibilityReport": "dcr.registry.library.compatibility",
    "ContractRegistry": "dcr.registry.library.memory_registry",
    "Registry": "dcr.registry.library.interface",
    "RegistryError": "dcr.registry.library.arguments",
    "check_compatibility": "dcr.registry.library.compatibility",
}

__all__ = ["CompatibilityReport", "ContractRegistry", "Registry", "RegistryError", "check_compatibility"]


def __getattr__(name: str) -> Any:
    """Load a public name. Its pydantic models take longer to import than a history takes to read."""
    if name in _MODULES:
        return getattr(import_module(_MODULES[name]), name)
    raise AttributeError(f"module 'dcr.registry' has no attribute '{name}'")
