"""The older texts of single files, followed through moves: a quick look back that a whole walk is not needed for."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from dcr.formats import read_content
from dcr.git.command import PartialCloneError
from dcr.git.history import list_deletions, read_file_log
from dcr.git.objects import ObjectMissingError, read_blobs
from dcr.registry.history.facts import DatasetIdFilter

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from dcr.git.history import Commit, FileLogEntry, PathChange
    from dcr.git.repository import Repository
    from dcr.policy.scope import Scope

MAX_RENAMES = 20


class OlderText(NamedTuple):
    """An older text of a dataset's file; the content is None when this clone does not have it."""

    commit: Commit
    path: str
    content: bytes | None


class FileQuery(NamedTuple):
    """A dataset and the file that holds it: the id of its content where the look back begins."""

    dataset_id: str
    path: str
    blob: str


def read_older_texts(
    repository: Repository, commit: str, scope: Scope, sought: Sequence[FileQuery]
) -> list[list[OlderText]]:
    """Return, for each dataset, the older texts of its file, newest first.

    A file is followed to where it was moved from within one commit. Costs one git command for all files, another
    one where there is anything to read, and two more for each time a file was moved.
    """
    steps = read_file_log(repository, commit, {each.path: each.blob for each in sought})
    files = _RenameTracker(repository, scope)
    places = [files.list_versions(steps, each) for each in sought]
    blobs = {oid for found in places for _, _, oid in found}
    contents = _read_contents(repository, blobs)
    texts: dict[tuple[str, str, str], OlderText] = {}
    for who, path, oid in (place for found in places for place in found):
        texts.setdefault((who.id, path, oid), OlderText(who, path, contents.get(oid)))
    return [[texts[who.id, path, oid] for who, path, oid in found] for found in places]


def _collect_versions(steps: Sequence[FileLogEntry], path: str, places: list[tuple[Commit, str, str]]) -> list[str]:
    """Note a path's contents, newest first, and return the commits that it may have been moved in by."""
    births = []
    for step in steps:
        for entry in step.entries:
            if entry.path == path and entry.is_file:
                places.append((step.commit, path, entry.id))
                if not entry.previous_id.strip("0") and not step.is_root:
                    births.append(step.commit.id)
    return births


class _RenameTracker:
    """Follows files to where they were moved from; what is asked about one dataset is known for the others."""

    def __init__(self, repository: Repository, scope: Scope) -> None:
        self._repository, self._scope = repository, scope
        self._deleted_files: dict[tuple[str, ...], list[tuple[Commit, PathChange, bytes | None]]] = {}
        self._dataset_ids: dict[tuple[str, str], frozenset[str]] = {}
        self._earlier_steps: dict[tuple[str, str], list[FileLogEntry]] = {}

    def list_versions(self, steps: Sequence[FileLogEntry], sought: FileQuery) -> list[tuple[Commit, str, str]]:
        """Return the commits, paths and blobs of the older texts of a dataset's file, newest first."""
        found: list[tuple[Commit, str, str]] = []
        births = _collect_versions(steps, sought.path, found)
        del found[:1]  # the one the look back began at
        for _ in range(MAX_RENAMES):
            if not births:
                break
            births = self._follow_renames(births, sought.dataset_id, found)
        return found

    def _follow_renames(
        self, births: Sequence[str], dataset_id: str, places: list[tuple[Commit, str, str]]
    ) -> list[str]:
        """Note the contents of the files that a dataset was moved from, and return the commits those began in."""
        may_hold = DatasetIdFilter(dataset_id)
        further: list[str] = []
        for birth, entry, content in self._list_deleted(births):
            if content is None:
                places.append((birth, entry.path, entry.previous_id))  # to be told as what could not be read
            elif may_hold(content) and dataset_id in self._read_dataset_ids(entry, content):
                key = (birth.id, entry.path)
                if key not in self._earlier_steps:
                    files = {entry.path: entry.previous_id}
                    self._earlier_steps[key] = read_file_log(self._repository, f"{birth.id}^", files)
                further += _collect_versions(self._earlier_steps[key], entry.path, places)
        return further

    def _list_deleted(self, births: Sequence[str]) -> list[tuple[Commit, PathChange, bytes | None]]:
        key = tuple(births)
        if key not in self._deleted_files:
            gone = [
                (step.commit, entry)
                for step in list_deletions(self._repository, births)
                for entry in step.entries
                if self._scope.covers(entry.path) and entry.previous_mode.startswith("100")
            ]
            contents = _read_contents(self._repository, {entry.previous_id for _, entry in gone})
            self._deleted_files[key] = [(birth, entry, contents.get(entry.previous_id)) for birth, entry in gone]
        return self._deleted_files[key]

    def _read_dataset_ids(self, entry: PathChange, content: bytes) -> frozenset[str]:
        key = (entry.path, entry.previous_id)
        if key not in self._dataset_ids:
            self._dataset_ids[key] = frozenset(each.dataset_id for each in read_content(entry.path, content).contracts)
        return self._dataset_ids[key]


def _read_contents(repository: Repository, blobs: set[str]) -> Mapping[str, bytes]:
    """Return what blobs hold; nothing when the clone lacks any of them, since a partial one lacks most."""
    try:
        return read_blobs(repository.git, sorted(blobs)) if blobs else {}
    except (ObjectMissingError, PartialCloneError):
        return {}
