"""Defines the patterns of ref names and object ids."""

from __future__ import annotations

import re

ANCESTOR_SUFFIX = re.compile(r"(?:[~^][0-9]*)+\Z")
"""The suffix that selects an ancestor of a ref, as in `main~2`."""
OBJECT_ID = re.compile(r"[0-9a-f]{40}(?:[0-9a-f]{24})?\Z")
"""A full object id, SHA-1 or SHA-256."""


def shorten_ref(ref: str) -> str:
    """Return a ref without the prefix of branches or remote branches."""
    return ref.removeprefix("refs/remotes/").removeprefix("refs/heads/")
