"""Holds where a check looks for declarations of consumers."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from dcr.git.base.tip import BaseTip
    from dcr.git.changes import ChangeSet
    from dcr.git.consumers.search_cache import SearchCache
    from dcr.git.repository import Repository
    from dcr.policy.scope import Scope


class ConsumerSearch(NamedTuple):
    """The versions that a check compares, and the files that may declare consumers.

    `scope` covers dcr's consumer files, `contract_scope` the contracts. `cache` keeps what is found in them.
    `is_worktree` is whether the proposed version is the working tree, whose paths may include deleted files.
    """

    repository: Repository
    change_set: ChangeSet
    merge_base: str
    tip: BaseTip
    scope: Scope
    contract_scope: Scope
    cache: SearchCache
    is_worktree: bool = False
