"""Defines the registry at one commit: the revisions of every dataset and the policy, as immutable values."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from dcr.compatibility.semver import parse_version
from dcr.git.sides import Side
from dcr.registry.history.replay import ReplayResult
from dcr.registry.history.timeline import History, Revision
from dcr.registry.snapshot import Snapshot

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from dcr.api.snapshots.consumers import ConsumerReader
    from dcr.api.snapshots.loader import CachingLoader
    from dcr.git.repository import Repository
    from dcr.policy.effective_policy import EffectivePolicy
    from dcr.policy.policy import Policy
    from dcr.policy.scope import Scope
    from dcr.registry.history.replay import UnreadableVersion
    from dcr.registry.usage import Usage


@dataclass(frozen=True, eq=False)
class RegistryState:
    """The registry at one commit. A request reads one state, so it never sees two commits.

    `revisions` are those of each dataset, oldest first. `source_files` are the files that define a dataset at the
    commit. `day` is the date on which the facts were read: some formats end a dataset's life by date.
    """

    repository: Repository
    ref: str
    source: str
    commit: str
    governing: EffectivePolicy
    policy: Policy
    day: str
    revisions: Mapping[str, tuple[Revision, ...]]
    source_files: Mapping[str, list[str]]
    unreadable: tuple[UnreadableVersion, ...]
    still_unreadable: tuple[UnreadableVersion, ...]
    is_complete: bool
    loader: CachingLoader
    consumer_reader: ConsumerReader

    @property
    def scope(self) -> Scope:
        """The files that are read as contracts."""
        return self.policy.scope

    @property
    def snapshot(self) -> Snapshot:
        """The commit and policy in the form that the listings take."""
        return Snapshot(self.repository, self.ref, self.source, self.commit, self.policy)

    @cached_property
    def history(self) -> History:
        """The history of all datasets."""
        return self.select_history(self.revisions)

    @property
    def usage(self) -> Usage:
        """The declared consumers, read when they are first needed. Raise a `DcrError` if they cannot be read."""
        return self.consumer_reader.read(Side(self.repository, self.commit, self.ref, self.policy))

    def select_history(self, ids: Iterable[str]) -> History:
        """Return the history of some datasets."""
        chosen = {each: self.revisions[each] for each in ids if each in self.revisions}
        paths = {revision.path for revisions in chosen.values() for revision in revisions}

        def concerns(version: UnreadableVersion) -> bool:
            return version.path in paths or not chosen.keys().isdisjoint(version.datasets)

        is_all = len(chosen) == len(self.revisions)
        unreadable, still = (
            [each for each in versions if is_all or concerns(each)]
            for versions in (self.unreadable, self.still_unreadable)
        )
        files = {each: self.source_files[each] for each in chosen if each in self.source_files}
        rows = {
            dataset_id: [(each.commit, each.path, each.blob, each.facts) for each in found]
            for dataset_id, found in chosen.items()
        }
        result = ReplayResult(rows, files, unreadable, still)
        return History(self.commit, result, is_complete=self.is_complete, loader=self.loader)

    def find_current(self, dataset_id: str) -> Revision | None:
        """Return the dataset's revision at the commit. Return None if it was removed or never existed."""
        revisions = self.revisions.get(dataset_id)
        return revisions[-1] if revisions and revisions[-1].facts else None

    def list_versions(self, dataset_id: str) -> list[Revision]:
        """Return the newest revision of each version, oldest version first. An unknown dataset has none."""
        newest: dict[str, Revision] = {}
        for revision in self.revisions.get(dataset_id, ()):
            if revision.facts:
                newest.setdefault(revision.facts.version, revision)
                newest[revision.facts.version] = revision
        keys = {version: parse_version(version) for version in newest}
        if all(keys.values()):
            return [newest[version] for version in sorted(newest, key=lambda version: keys[version] or (0, 0, 0))]
        return list(newest.values())

    def find_latest(self, dataset_id: str) -> Revision | None:
        """Return the newest active version. Return None if there is none or the dataset was removed."""
        if self.find_current(dataset_id) is None:
            return None
        active = [each for each in self.list_versions(dataset_id) if each.facts and each.facts.status == "active"]
        return active[-1] if active else None
