"""Opens the registry at a commit, with the policy in that commit and the history up to it."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from dcr.git.base.resolution import resolve_ref
from dcr.git.policies import read_policy
from dcr.registry.history.history_reader import read_history

if TYPE_CHECKING:
    from collections.abc import Callable

    from dcr.git.repository import Repository
    from dcr.policy.policy import Policy
    from dcr.policy.scope import Scope
    from dcr.registry.history.facts import Retention
    from dcr.registry.history.timeline import History


class Snapshot(NamedTuple):
    """A commit to read the registry at. `source` is the setting or option that named the `ref`."""

    repository: Repository
    ref: str
    source: str
    commit: str
    policy: Policy

    @property
    def scope(self) -> Scope:
        """The files that may be contracts, by the policy in this commit."""
        return self.policy.scope

    def read_history(
        self,
        dataset_id: str | None = None,
        progress: Callable[[str], None] = lambda _: None,
        retention: Retention | None = None,
        jobs: int | None = 1,
    ) -> History:
        """Return the history up to the commit, of all datasets or of one."""
        return read_history(
            self.repository,
            self.commit,
            self.scope,
            dataset_id=dataset_id,
            progress=progress,
            retention=retention,
            jobs=jobs,
        )


def open_snapshot(repository: Repository, ref: str | None = None) -> Snapshot:
    """Return the registry at a ref, or at the base that `dcr check` would find.

    Raise a `DcrError` if the ref does not exist or the policy is invalid.
    """
    name, source, commit = resolve_ref(repository, ref)
    return Snapshot(repository, name, source, commit, read_policy(repository, commit))
