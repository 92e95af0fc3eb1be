"""Holds one rule per kind of issue.

The docstring of a rule's module is its manual. Rules are found by walking this folder.
"""

from __future__ import annotations

import pkgutil
from functools import lru_cache


@lru_cache(maxsize=1)
def list_kinds() -> tuple[str, ...]:
    """Return every kind, in alphabetical order, without loading the rules."""
    return tuple(sorted(module.name for module in pkgutil.iter_modules(__path__)))
