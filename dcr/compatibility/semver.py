"""Parses and compares versions, and names bumps (source: semver.org 2.0.0)."""

from __future__ import annotations

import re
from functools import lru_cache

MAJOR, MINOR, PATCH, NONE = "major", "minor", "patch", "none"
BUMPS = (NONE, PATCH, MINOR, MAJOR)
"""Every bump, smallest first."""

_NUMBER = "(0|[1-9][0-9]{0,18})"
_VERSION = rf"{_NUMBER}\.{_NUMBER}\.{_NUMBER}"  # compiled on first use, since a run without changes needs no versions

Version = tuple[int, int, int]


@lru_cache(maxsize=256)  # the rules of one change ask seven times
def parse_version(text: str) -> Version | None:
    """Return MAJOR.MINOR.PATCH as three numbers, or None for a version that cannot be ordered."""
    match = re.fullmatch(_VERSION, text)
    return (int(match[1]), int(match[2]), int(match[3])) if match else None


def compute_bump(previous: str, proposed: str) -> str | None:
    """Return the bump between two versions, or None if the version decreases or cannot be ordered."""
    before, after = parse_version(previous), parse_version(proposed)
    if before is None or after is None or after < before:
        return None
    if after == before:
        return NONE
    return MAJOR if after[0] > before[0] else MINOR if after[1] > before[1] else PATCH


def increase_version(version: str, bump: str) -> str | None:
    """Return the version after a bump, or None for a version that cannot be ordered."""
    parsed = parse_version(version)
    if parsed is None:
        return None
    major, minor, patch = parsed
    if bump == MAJOR:
        return f"{major + 1}.0.0"
    return f"{major}.{minor + 1}.0" if bump == MINOR else f"{major}.{minor}.{patch + (bump == PATCH)}"


def is_at_least(bump: str | None, required: str) -> bool:
    """Return whether a bump is as large as the required one."""
    return bump is not None and BUMPS.index(bump) >= BUMPS.index(required)


def get_largest_bump(bumps: list[str]) -> str:
    """Return the largest bump, or `none` for an empty list."""
    return max(bumps, key=BUMPS.index, default=NONE)
