"""Applies the changes of a git log, oldest first, to find the revisions of each dataset by its id."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, NamedTuple

from dcr.git.proposed_contents import SPECIAL_FILE_KINDS

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from dcr.git.history import Commit, LogEntry, PathChange
    from dcr.registry.history.facts import DatasetFacts, FileFacts


class UnreadableVersion(NamedTuple):
    """A file's content in a commit that cannot be read. `datasets` are the ids it defined before or declares.

    The datasets that the file defined before still count as defined: an unreadable file is not a removal.
    """

    commit: Commit
    path: str
    message: str
    datasets: tuple[str, ...]


class FileDataset(NamedTuple):
    """A dataset in one file, from the file's last readable content."""

    blob: str
    facts: DatasetFacts


class ReplayResult(NamedTuple):
    """The revisions of each dataset, oldest first, and the files that define it now; all unreadable versions.

    A revision has its commit, path, blob and facts, None for a removal. The unreadable versions are oldest first, and
    `still_unreadable` are those that are current.
    """

    revisions: Mapping[str, Sequence[tuple[Commit, str, str, DatasetFacts | None]]]
    source_files: Mapping[str, list[str]]
    unreadable: list[UnreadableVersion]
    still_unreadable: list[UnreadableVersion]


class Replay:
    """Tracks which files define each dataset, commit by commit. A `dataset_id` leaves out all other datasets.

    `revisions` are, by dataset, the commit, path, blob and facts of every change. The facts are None for a removal.
    """

    def __init__(self, facts_by_blob: Mapping[str, FileFacts], dataset_id: str | None = None) -> None:
        self.revisions: dict[str, list[tuple[Commit, str, str, DatasetFacts | None]]] = defaultdict(list)
        self._facts_by_blob, self._dataset_id = facts_by_blob, dataset_id
        self._ids_by_path: dict[str, tuple[str, ...]] = {}
        self._files_by_id: dict[str, dict[str, FileDataset]] = defaultdict(dict)
        self._unreadable: list[UnreadableVersion] = []
        self._still_unreadable: dict[str, UnreadableVersion] = {}

    def apply_step(self, entry: LogEntry) -> None:
        """Apply the changes of a commit."""
        before: dict[str, dict[str, FileDataset]] = {}
        declared: dict[str, str] = {}
        for change in entry.entries:
            facts = self._facts_by_blob.get(change.id) if change.is_file else None
            error, declared_id = (facts.error, facts.declared_id) if facts else _find_special_kind(change)
            self._still_unreadable.pop(change.path, None)
            if error is not None:
                defined = self._ids_by_path.get(change.path, ())
                ids = tuple(dict.fromkeys((*defined, declared_id) if declared_id else defined))
                self._still_unreadable[change.path] = UnreadableVersion(entry.commit, change.path, error, ids)
                self._unreadable.append(self._still_unreadable[change.path])
                if declared_id:
                    declared[declared_id] = change.path
            else:
                self._apply_change(change.path, change.id, facts, before)
        for dataset_id, earlier in before.items():
            if not self._files_by_id[dataset_id] and dataset_id in declared:  # it moved to a file that is unreadable
                path = declared[dataset_id]
                self._files_by_id[dataset_id][path] = next(iter(earlier.values()))
                self._ids_by_path[path] = (*self._ids_by_path.get(path, ()), dataset_id)
            else:
                self._record_revisions(entry.commit, dataset_id, earlier)

    def build_result(self) -> ReplayResult:
        """Return what is known after the last applied commit.

        With a `dataset_id`, the unreadable versions are only those that may concern that dataset.
        """
        source_files = {dataset_id: list(files) for dataset_id, files in self._files_by_id.items() if files}
        still_unreadable = list(self._still_unreadable.values())
        return ReplayResult(
            self.revisions,
            source_files,
            self._select_unreadable(self._unreadable),
            self._select_unreadable(still_unreadable),
        )

    def _select_unreadable(self, versions: list[UnreadableVersion]) -> list[UnreadableVersion]:
        if self._dataset_id is None:
            return versions
        paths = {path for revisions in self.revisions.values() for _, path, _, _ in revisions}
        return [version for version in versions if version.path in paths or self._dataset_id in version.datasets]

    def _apply_change(
        self, path: str, blob: str, facts: FileFacts | None, before: dict[str, dict[str, FileDataset]]
    ) -> None:
        """Set the datasets that a path defines, and add the earlier files of each dataset to `before`."""
        datasets = facts.datasets if facts else ()
        if self._dataset_id is not None:
            datasets = tuple([dataset for dataset in datasets if dataset.dataset_id == self._dataset_id])
        ids = tuple([dataset.dataset_id for dataset in datasets])
        for dataset_id in (*self._ids_by_path.get(path, ()), *ids):
            files = self._files_by_id[dataset_id]
            if dataset_id not in before:
                before[dataset_id] = files.copy()
            files.pop(path, None)
        for dataset in datasets:
            self._files_by_id[dataset.dataset_id][path] = FileDataset(blob, dataset)
        self._ids_by_path[path] = ids

    def _record_revisions(self, commit: Commit, dataset_id: str, before: dict[str, FileDataset]) -> None:
        files, revisions = self._files_by_id[dataset_id], self.revisions[dataset_id]
        if not files:
            for path, file in list(before.items())[:1]:
                revisions.append((commit, path, file.blob, None))
            return
        changed = [(path, file) for path, file in files.items() if before.get(path) != file]
        if not changed and files.keys() != before.keys():  # one of two duplicates was removed: the other is current now
            changed = list(files.items())
        for path, file in changed:
            revisions.append((commit, path, file.blob, file.facts))


def _find_special_kind(change: PathChange) -> tuple[str | None, None]:
    """Return why a path cannot be read that is no regular file, None for a readable path; and no dataset id."""
    kind = SPECIAL_FILE_KINDS.get(change.mode)
    return (f"the file is {kind}" if kind else None), None
