"""Where the registry is read: the commit a ref names, the policy that stands in it, and the history up to it."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from dcr.git.base.resolution import resolve_ref
from dcr.git.policies import read_policy
from dcr.registry.history.timeline import read_history

if TYPE_CHECKING:
    from collections.abc import Callable

    from dcr.git.repository import Repository
    from dcr.policy.policy import Policy
    from dcr.policy.scope import Scope
    from dcr.registry.history.facts import Retention
    from dcr.registry.history.timeline import History


class Snapshot(NamedTuple):
    """A commit to read the registry at: what it was called, what said so, and the policy that stands in it."""

    repository: Repository
    ref: str
    source: str
    commit: str
    policy: Policy

    @property
    def scope(self) -> Scope:
        """The files that are looked at for contracts, by this commit's own policy."""
        return self.policy.scope

    def read_history(
        self,
        dataset_id: str | None = None,
        progress: Callable[[str], None] = lambda _: None,
        keep: Retention | None = None,
    ) -> History:
        """Return the history up to the commit, of all datasets or of one; `keep` says whose contracts are needed."""
        return read_history(
            self.repository, self.commit, self.scope, dataset_id=dataset_id, progress=progress, keep=keep
        )


def open_snapshot(repository: Repository, ref: str | None = None) -> Snapshot:
    """Return what a ref names, or else the base as `dcr check` finds it.

    Raises a `DcrError` for a ref that names nothing, or a policy that cannot be understood.
    """
    name, source, commit = resolve_ref(repository, ref)
    return Snapshot(repository, name, source, commit, read_policy(repository, commit))
