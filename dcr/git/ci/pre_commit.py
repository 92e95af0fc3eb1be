"""Reads the target of a push from the variables of pre-commit and prek.

Source: pre-commit.com, "pre-commit during push".
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from dcr.git.ci.base_candidate import BaseCandidate, create_commit_candidate, is_commit_id

if TYPE_CHECKING:
    from collections.abc import Mapping


def find_base_candidate(environment: Mapping[str, str]) -> BaseCandidate | None:
    """Return the commit of the remote branch before the push; None if it is new (`PRE_COMMIT_SOURCE` is the head)."""
    for name in ("PRE_COMMIT_FROM_REF", "PRE_COMMIT_ORIGIN"):
        value = environment.get(name, "")
        if is_commit_id(value):
            return create_commit_candidate(name, value)
    return None
