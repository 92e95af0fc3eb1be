"""Holds what a lookup in the history needs to know."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping

    from dcr.git.repository import Repository
    from dcr.policy.policy import StricterPolicy
    from dcr.policy.scope import Scope


class HistoryRequest(NamedTuple):
    """Where the history is read: up to the commit a change is compared with; `blobs` are contents there, by path."""

    repository: Repository
    commit: str
    scope: Scope
    policy: StricterPolicy
    blobs: Mapping[str, str]
