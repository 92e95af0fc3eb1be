"""Holds the values that identify the history to read for a check."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from dcr.git.repository import Repository
    from dcr.policy.policy import StricterPolicy
    from dcr.policy.scope import Scope
    from dcr.registry.history.timeline import History


class HistoryRequest(NamedTuple):
    """The history up to `commit`, the merge base of a check. `blobs` are the ids of contents in it, by path.

    `get_history` returns the history of all datasets, if it is read once for several requests.
    """

    repository: Repository
    commit: str
    scope: Scope
    policy: StricterPolicy
    blobs: Mapping[str, str]
    get_history: Callable[[], History] | None = None
