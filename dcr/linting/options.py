"""Holds what decides the findings in a file, apart from its path and content."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from dcr.policy.policy import Policy


class ReadingOptions(NamedTuple):
    """What decides the findings in files below `top`. It can be pickled, for other processes.

    `used_ids` are the datasets whose contracts are needed for consumers. `hash_name` is the hash function of the
    repository's blob ids, empty if nobody needs these.
    """

    top: str
    policy: Policy
    strict: bool = False
    used_ids: frozenset[str] = frozenset()
    hash_name: str = ""
