"""One file per kind of issue; a file's docstring is the kind's manual. Found by walking this folder."""

from __future__ import annotations

import pkgutil
from functools import lru_cache


@lru_cache(maxsize=1)
def list_kinds() -> tuple[str, ...]:
    """Return every kind, in alphabetical order, without loading the rules."""
    return tuple(sorted(module.name for module in pkgutil.iter_modules(__path__)))
