"""pre-commit and prek: what a push goes to (pre-commit.com, "pre-commit during push")."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dcr.git.ci.base_candidate import BaseCandidate, create_commit_candidate, is_commit_id

if TYPE_CHECKING:
    from collections.abc import Mapping


def candidate(environment: Mapping[str, str]) -> BaseCandidate | None:
    """Return what the remote's branch was at, or None when it is new (`PRE_COMMIT_SOURCE` is the head)."""
    for name in ("PRE_COMMIT_FROM_REF", "PRE_COMMIT_ORIGIN"):
        written = environment.get(name, "")
        if is_commit_id(written):
            return create_commit_candidate(name, written)
    return None
