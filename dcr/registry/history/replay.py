"""Replays a walk's steps, oldest first, into the states of each dataset: identity is the id, wherever the file is."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, NamedTuple

from dcr.git.proposed_contents import SPECIAL_FILE_KINDS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from dcr.git.history import Commit, LogEntry, PathChange
    from dcr.registry.history.facts import DatasetFacts, FileFacts


class UnreadableVersion(NamedTuple):
    """A file that a commit left so that it cannot be read; `datasets` are those it held or claims, if known.

    What it held before counts as still held: nothing unread is a removal.
    """

    commit: Commit
    path: str
    message: str
    datasets: tuple[str, ...]


class FileDataset(NamedTuple):
    """A dataset as one file has it: the file's last readable content."""

    blob: str
    facts: DatasetFacts


class Replay:
    """Who holds which dataset, as it goes from commit to commit; `only` leaves the other datasets out.

    `revisions` are, by dataset, the commit, path, blob and facts of every change, the facts None for a removal.
    """

    def __init__(self, contents: Mapping[str, FileFacts], only: str | None = None) -> None:
        self.revisions: dict[str, list[tuple[Commit, str, str, DatasetFacts | None]]] = defaultdict(list)
        self._facts_by_blob, self._dataset_id = contents, only
        self._ids_by_path: dict[str, tuple[str, ...]] = {}
        self._files_by_id: dict[str, dict[str, FileDataset]] = defaultdict(dict)
        self._unreadable: list[UnreadableVersion] = []
        self._still_unreadable: dict[str, UnreadableVersion] = {}

    def apply_step(self, step: LogEntry) -> None:
        """Apply what a commit changed."""
        before: dict[str, dict[str, FileDataset]] = {}
        claimed: dict[str, str] = {}
        for entry in step.entries:
            fault, claims = self._find_error(entry)
            self._still_unreadable.pop(entry.path, None)
            if fault is not None:
                held = self._ids_by_path.get(entry.path, ())
                about = tuple(dict.fromkeys((*held, claims) if claims else held))
                self._still_unreadable[entry.path] = UnreadableVersion(step.commit, entry.path, fault, about)
                self._unreadable.append(self._still_unreadable[entry.path])
                if claims:
                    claimed[claims] = entry.path
            else:
                self._apply_entry(entry, before)
        for dataset_id, earlier in before.items():
            if not self._files_by_id[dataset_id] and dataset_id in claimed:  # it moved, and cannot be read there
                path = claimed[dataset_id]
                self._files_by_id[dataset_id][path] = next(iter(earlier.values()))
                self._ids_by_path[path] = (*self._ids_by_path.get(path, ()), dataset_id)
            else:
                self._record_revisions(step.commit, dataset_id, earlier)

    def list_source_files(self) -> dict[str, list[str]]:
        """Return the files that hold each dataset after the last step."""
        return {dataset_id: list(held) for dataset_id, held in self._files_by_id.items() if held}

    def list_unreadable(self, *, now: bool = False) -> list[UnreadableVersion]:
        """Return what could not be read, oldest first, or only what still cannot be after the last step.

        With `only`, where that dataset is concerned.
        """
        found = list(self._still_unreadable.values()) if now else self._unreadable
        if self._dataset_id is None:
            return found
        paths = {path for states in self.revisions.values() for _, path, _, _ in states}
        return [each for each in found if each.path in paths or self._dataset_id in each.datasets]

    def _find_error(self, entry: PathChange) -> tuple[str | None, str | None]:
        """Return why a path cannot be read, and the dataset it claims all the same; None for one that can."""
        if entry.mode in SPECIAL_FILE_KINDS:
            return f"the file is {SPECIAL_FILE_KINDS[entry.mode]}", None
        known = self._facts_by_blob.get(entry.id) if entry.is_file else None
        return (known.error, known.declared_id) if known else (None, None)

    def _apply_entry(self, entry: PathChange, before: dict[str, dict[str, FileDataset]]) -> None:
        """Let a path hold what its content says, and note what its datasets were `before`."""
        known = self._facts_by_blob.get(entry.id) if entry.is_file else None
        found = {each.dataset_id: each for each in known.datasets} if known else {}
        if self._dataset_id is not None:
            found = {self._dataset_id: found[self._dataset_id]} if self._dataset_id in found else {}
        for dataset_id in (*self._ids_by_path.get(entry.path, ()), *found):
            before.setdefault(dataset_id, dict(self._files_by_id[dataset_id]))
            self._files_by_id[dataset_id].pop(entry.path, None)
        for dataset_id, facts in found.items():
            self._files_by_id[dataset_id][entry.path] = FileDataset(entry.id, facts)
        self._ids_by_path[entry.path] = tuple(found)

    def _record_revisions(self, commit: Commit, dataset_id: str, before: dict[str, FileDataset]) -> None:
        now, states = self._files_by_id[dataset_id], self.revisions[dataset_id]
        if not now:
            for path, held in list(before.items())[:1]:
                states.append((commit, path, held.blob, None))
            return
        changed = {path: held for path, held in now.items() if before.get(path) != held}
        if not changed and now.keys() != before.keys():  # one of two files that claimed it went: the other is it now
            changed = now
        states.extend((commit, path, held.blob, held.facts) for path, held in changed.items())
