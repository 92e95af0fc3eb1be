"""Exports the public Python API of dcr; each name is loaded on first use."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from dcr.version import __version__

if TYPE_CHECKING:
    from dcr.contract.models import DataContract, DataField, FreshnessSLA, Owner
    from dcr.decision_card import owners_from_decision_card
    from dcr.registry import CompatibilityReport, ContractRegistry, Registry, RegistryError, check_compatibility

_MODULES = {
    "CompatibilityReport": "dcr.registry",
    "ContractRegistry": "dcr.registry",
    "DataContract": "dcr.contract.models",
    "DataField": "dcr.contract.models",
    "FreshnessSLA": "dcr.contract.models",
    "Owner": "dcr.contract.models",
    "Registry": "dcr.registry",
    "RegistryError": "dcr.registry",
    "check_compatibility": "dcr.registry",
    "owners_from_decision_card": "dcr.decision_card",
}

__all__ = [
    "CompatibilityReport",
    "ContractRegistry",
    "DataContract",
    "DataField",
    "FreshnessSLA",
    "Owner",
    "Registry",
    "RegistryError",
    "__version__",
    "check_compatibility",
    "owners_from_decision_card",
]


def __getattr__(name: str) -> Any:
    """Load a public name, so that `import dcr` itself stays fast."""
    if name in _MODULES:
        return getattr(import_module(_MODULES[name]), name)
    raise AttributeError(f"module 'dcr' has no attribute '{name}'")
