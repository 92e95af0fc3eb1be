"""The older texts of single files, followed through moves: a quick look back that a whole walk is not needed for."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from dcr.formats import read
from dcr.git.command import PartialCloneError
from dcr.git.history import deletions, walk_files
from dcr.git.objects import ObjectMissingError, read_blobs
from dcr.registry.history.facts import MayHold

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from dcr.git.history import Commit, Entry, FileStep
    from dcr.git.repository import Repository
    from dcr.policy.globs import Scope

MAX_MOVES = 20


class Older(NamedTuple):
    """An older text of a dataset's file; the content is None when this clone does not have it."""

    commit: Commit
    path: str
    content: bytes | None


class Sought(NamedTuple):
    """A dataset and the file that holds it: the id of its content where the look back begins."""

    dataset_id: str
    path: str
    blob: str


def older_texts(repository: Repository, commit: str, scope: Scope, sought: Sequence[Sought]) -> list[list[Older]]:
    """Return, for each dataset, the older texts of its file, newest first.

    A file is followed to where it was moved from within one commit. Costs one git command for all files, another
    one where there is anything to read, and two more for each time a file was moved.
    """
    steps = walk_files(repository, commit, {each.path: each.blob for each in sought})
    files = _Files(repository, scope)
    places = [files.places(steps, each) for each in sought]
    blobs = {oid for found in places for _, _, oid in found}
    contents = _contents(repository, blobs)
    texts: dict[tuple[str, str, str], Older] = {}
    for who, path, oid in (place for found in places for place in found):
        texts.setdefault((who.id, path, oid), Older(who, path, contents.get(oid)))
    return [[texts[who.id, path, oid] for who, path, oid in found] for found in places]


def _note(steps: Sequence[FileStep], path: str, places: list[tuple[Commit, str, str]]) -> list[str]:
    """Note a path's contents, newest first, and return the commits that it may have been moved in by."""
    births = []
    for step in steps:
        for entry in step.entries:
            if entry.path == path and entry.is_file:
                places.append((step.commit, path, entry.id))
                if not entry.previous_id.strip("0") and not step.is_root:
                    births.append(step.commit.id)
    return births


class _Files:
    """Follows files to where they were moved from; what is asked about one dataset is known for the others."""

    def __init__(self, repository: Repository, scope: Scope) -> None:
        self._repository, self._scope = repository, scope
        self._gone: dict[tuple[str, ...], list[tuple[Commit, Entry, bytes | None]]] = {}
        self._ids: dict[tuple[str, str], frozenset[str]] = {}
        self._before: dict[tuple[str, str], list[FileStep]] = {}

    def places(self, steps: Sequence[FileStep], sought: Sought) -> list[tuple[Commit, str, str]]:
        """Return the commits, paths and blobs of the older texts of a dataset's file, newest first."""
        found: list[tuple[Commit, str, str]] = []
        births = _note(steps, sought.path, found)
        del found[:1]  # the one the look back began at
        for _ in range(MAX_MOVES):
            if not births:
                break
            births = self._follow(births, sought.dataset_id, found)
        return found

    def _follow(self, births: Sequence[str], dataset_id: str, places: list[tuple[Commit, str, str]]) -> list[str]:
        """Note the contents of the files that a dataset was moved from, and return the commits those began in."""
        may_hold = MayHold(dataset_id)
        further: list[str] = []
        for birth, entry, content in self._deleted(births):
            if content is None:
                places.append((birth, entry.path, entry.previous_id))  # to be told as what could not be read
            elif may_hold(content) and dataset_id in self._held(entry, content):
                key = (birth.id, entry.path)
                if key not in self._before:
                    files = {entry.path: entry.previous_id}
                    self._before[key] = walk_files(self._repository, f"{birth.id}^", files)
                further += _note(self._before[key], entry.path, places)
        return further

    def _deleted(self, births: Sequence[str]) -> list[tuple[Commit, Entry, bytes | None]]:
        key = tuple(births)
        if key not in self._gone:
            gone = [
                (step.commit, entry)
                for step in deletions(self._repository, births)
                for entry in step.entries
                if self._scope.covers(entry.path) and entry.previous_mode.startswith("100")
            ]
            contents = _contents(self._repository, {entry.previous_id for _, entry in gone})
            self._gone[key] = [(birth, entry, contents.get(entry.previous_id)) for birth, entry in gone]
        return self._gone[key]

    def _held(self, entry: Entry, content: bytes) -> frozenset[str]:
        key = (entry.path, entry.previous_id)
        if key not in self._ids:
            self._ids[key] = frozenset(each.dataset_id for each in read(entry.path, content).contracts)
        return self._ids[key]


def _contents(repository: Repository, blobs: set[str]) -> Mapping[str, bytes]:
    """Return what blobs hold; nothing when the clone lacks any of them, since a partial one lacks most."""
    try:
        return read_blobs(repository.git, sorted(blobs)) if blobs else {}
    except (ObjectMissingError, PartialCloneError):
        return {}
