"""The index of other repositories cannot be used, so that their consumers are unknown.

Why it breaks
    A break may reach consumers that other repositories declare. Without their index, dcr lists only those of this
    repository.

Instead
    Make the index reachable and current: `dcr fleet sync`, or `dcr fleet publish` in each repository. With
    `unavailable = "error"`, the default, the check ends with exit code 2 instead.

Example
    dcr fleet publish --index postgresql://dcr@db.example.org/contracts
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from dcr.compatibility.rule import RUN, Finding, rule
from dcr.compatibility.severities import WARNING

if TYPE_CHECKING:
    from collections.abc import Iterator


@rule(about=RUN, severity=WARNING)
def index_unavailable(problem: tuple[str, str]) -> Iterator[Finding]:
    """Yield one finding; `problem` is why the index cannot be used, and what to do."""
    message, hint = problem
    yield Finding(message, hint, detail=message)
