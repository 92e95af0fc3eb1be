"""Reads the tip of the base branch where it differs from the merge base."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from dcr.git.changes import list_commit_changes
from dcr.git.contracts.changed_files import is_same_text, read_previous_contents, read_previous_versions
from dcr.git.objects import FILE_MODE_PREFIX, read_blobs
from dcr.git.proposed_contents import read_proposed_contents

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from dcr.contract.contract import Contract
    from dcr.formats.parsed_file import ParsedFile
    from dcr.git.base.merge_bases import Base
    from dcr.git.changes import Change
    from dcr.git.contracts.changed_files import ChangedFiles
    from dcr.git.repository import Repository
    from dcr.policy.scope import Scope


class BaseTip:
    """The tip of the base branch, next to the merge base; it is read on first use."""

    def __init__(self, repository: Repository, base: Base, scope: Scope) -> None:
        self._repository, self._base, self._scope = repository, base, scope

    @cached_property
    def _changes(self) -> tuple[Change, ...]:
        """The changes from the tip to the merge base: the tip is the previous side."""
        base = self._base
        is_merge_base = base.commit == base.merge_base
        return () if is_merge_base else list_commit_changes(self._repository, base.commit, base.merge_base)

    @cached_property
    def _files(self) -> Mapping[str, ParsedFile]:
        changes = [change for change in self._changes if self._scope.covers(change.path)]
        return read_previous_versions(self._repository, changes, self._base.commit, self._scope.matches_globs)

    @cached_property
    def published_contracts(self) -> Mapping[str, Contract]:
        """The tip's contracts in files that differ from the merge base, by dataset id."""
        files = (file for file in self._files.values() if not file.is_unreadable)
        return {contract.dataset_id: contract for file in files for contract in file.contracts}

    def find_removed_datasets(self, contracts: Iterable[Contract]) -> set[str]:
        """Return the ids of those contracts of the merge base that the tip no longer has in scope."""
        changed = {change.path for change in self._changes if change.in_proposed}
        ids = {contract.dataset_id for contract in contracts if contract.path in changed}
        ids -= self.published_contracts.keys()
        return set() if ids and any(file.is_unreadable for file in self._files.values()) else ids

    def read_texts(self, covers: Callable[[str], bool]) -> dict[str, bytes]:
        """Return the tip's text of covered files that differ from the merge base, by path."""
        changes = [change for change in self._changes if covers(change.path)]
        return read_previous_contents(self._repository, changes)

    def list_changes_out_of_scope(self) -> Sequence[Change]:
        """Return the changes from the merge base to the tip that are out of scope."""
        changes = list_commit_changes(self._repository, self._base.merge_base, self._base.commit)
        return [change for change in changes if not self._scope.covers(change.path)]

    def exclude_identical_files(self, files: ChangedFiles, changes: Iterable[Change]) -> ChangedFiles:
        """Return the changed files without those that are identical at the tip, which the branch does not change.

        A file stays if another changed file defines one of its datasets: a moved dataset is compared with its former
        file.
        """
        identical = self._read_identical_files(changes)
        excluded = identical.keys() - _find_paths_sharing_datasets(files)
        return files._replace(
            previous={path: file for path, file in files.previous.items() if path not in excluded},
            proposed={path: file for path, file in files.proposed.items() if path not in excluded},
            unchanged={**files.unchanged, **{path: identical[path] for path in excluded}},
        )

    def _read_identical_files(self, changes: Iterable[Change]) -> dict[str, bytes]:
        """Return the content of changed files that have the same text at the tip."""
        ids = {
            change.path: change.previous_id
            for change in self._changes
            if change.previous_mode.startswith(FILE_MODE_PREFIX)
        }
        candidates = [
            change
            for change in changes
            if change.path in ids
            and change.proposed_mode.startswith(FILE_MODE_PREFIX)
            and not change.is_unmerged
            and change.proposed_id in (None, ids[change.path])
        ]
        blobs = read_blobs(self._repository.git, (ids[change.path] for change in candidates))
        contents = read_proposed_contents(self._repository, candidates)
        return {
            path: content
            for path, content in contents.items()
            if isinstance(content, bytes) and is_same_text(blobs[ids[path]], content)
        }


def _find_paths_sharing_datasets(files: ChangedFiles) -> set[str]:
    """Return the paths of changed files that define a dataset of another changed file, on either side."""
    paths_by_id: dict[str, set[str]] = {}
    for side in (files.previous, files.proposed):
        for path, file in side.items():
            ids = {contract.dataset_id for contract in file.contracts} | set(file.unenforced)
            for dataset_id in ids | ({file.dataset_id} if file.dataset_id else set()):
                paths_by_id.setdefault(dataset_id, set()).add(path)
    return {path for paths in paths_by_id.values() if len(paths) > 1 for path in paths}
