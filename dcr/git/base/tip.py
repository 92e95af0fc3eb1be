"""What the base's tip has by now: its newest contracts, what it removed, and which changed files it has as they are."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from dcr.git.changes import list_commit_changes
from dcr.git.contracts.changed_files import is_same_text, read_previous_versions
from dcr.git.objects import FILE_MODE_PREFIX, read_blobs
from dcr.git.proposed_contents import read_proposed_contents

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from dcr.contract.contract import Contract
    from dcr.formats.parsed_file import ParsedFile
    from dcr.git.base.merge_bases import Base
    from dcr.git.changes import Change
    from dcr.git.contracts.changed_files import ChangedReadings
    from dcr.git.repository import Repository
    from dcr.policy.scope import Scope


class BaseTip:
    """The base's tip beside the merge base; nothing is read before it is asked for."""

    def __init__(self, repository: Repository, base: Base, scope: Scope) -> None:
        self._repository, self._base, self._scope = repository, base, scope

    @cached_property
    def _changes(self) -> tuple[Change, ...]:
        """What differs, the tip being the previous side."""
        base = self._base
        same = base.commit == base.merge_base
        return () if same else list_commit_changes(self._repository, base.commit, base.merge_base)

    @cached_property
    def _readings(self) -> Mapping[str, ParsedFile]:
        changes = [each for each in self._changes if self._scope.covers(each.path)]
        return read_previous_versions(self._repository, changes, self._base.commit, self._scope.matches_globs)

    @cached_property
    def published_contracts(self) -> Mapping[str, Contract]:
        """The contracts of files that differ from the merge base, by dataset."""
        readings = (each for each in self._readings.values() if not each.is_unreadable)
        return {each.dataset_id: each for reading in readings for each in reading.contracts}

    def find_removed_datasets(self, contracts: Iterable[Contract]) -> set[str]:
        """Return the datasets of those contracts of the merge base that files in scope have no more."""
        changed = {each.path for each in self._changes if each.in_proposed}
        ids = {each.dataset_id for each in contracts if each.path in changed} - self.published_contracts.keys()
        return set() if ids and any(each.is_unreadable for each in self._readings.values()) else ids

    def list_changes_out_of_scope(self) -> Sequence[Change]:
        """Return what the base changed outside the scope, the tip being the proposed side."""
        changes = list_commit_changes(self._repository, self._base.merge_base, self._base.commit)
        return [each for each in changes if not self._scope.covers(each.path)]

    def exclude_identical_files(self, sides: ChangedReadings, changes: Iterable[Change]) -> ChangedReadings:
        """Return both sides without the files that the tip has as they are proposed: they are not the branch's change.

        A file stays whose datasets other changed files speak of too: a dataset that moved is compared with what it was.
        """
        same = self._read_identical_files(changes)
        kept = same.keys() - _find_shared_datasets(sides, same.keys())
        return sides._replace(
            previous={path: each for path, each in sides.previous.items() if path not in kept},
            proposed={path: each for path, each in sides.proposed.items() if path not in kept},
            unchanged={**sides.unchanged, **{path: same[path] for path in kept}},
        )

    def _read_identical_files(self, changes: Iterable[Change]) -> dict[str, bytes]:
        """Return the content of those changed files that the tip has with the same text."""
        ids = {each.path: each.previous_id for each in self._changes if each.previous_mode.startswith(FILE_MODE_PREFIX)}
        alike = [
            each
            for each in changes
            if each.path in ids
            and each.proposed_mode.startswith(FILE_MODE_PREFIX)
            and not each.is_unmerged
            and each.proposed_id in (None, ids[each.path])
        ]
        blobs = read_blobs(self._repository.git, (ids[each.path] for each in alike))
        contents = read_proposed_contents(self._repository, alike)
        return {
            path: content
            for path, content in contents.items()
            if isinstance(content, bytes) and is_same_text(blobs[ids[path]], content)
        }


def _find_shared_datasets(sides: ChangedReadings, paths: Iterable[str]) -> set[str]:
    """Return those of some paths that share a dataset with another changed file of either side."""
    homes: dict[str, set[str]] = {}
    for side in (sides.previous, sides.proposed):
        for path, reading in side.items():
            for dataset_id in _list_dataset_ids(reading):
                homes.setdefault(dataset_id, set()).add(path)
    return {path for found in homes.values() if len(found) > 1 for path in found} & set(paths)


def _list_dataset_ids(reading: ParsedFile) -> set[str]:
    named = {reading.dataset_id} if reading.dataset_id else set()
    return named | {each.dataset_id for each in reading.contracts} | set(reading.unenforced)
