"""The older texts of single files, followed through moves: a quick look back that a whole walk is not needed for."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from dcr.formats import read
from dcr.git.command import PartialCloneError
from dcr.git.history import deletions, walk_files
from dcr.git.objects import ObjectMissingError, read_blobs
from dcr.registry.facts import MayHold

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from dcr.git.history import Commit, FileStep
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
    places: list[list[tuple[Commit, str, str]]] = [[] for _ in sought]
    steps = walk_files(repository, commit, {each.path: each.blob for each in sought})
    for number, each in enumerate(sought):
        births = _note(steps, each.path, places[number])
        del places[number][:1]  # the one the look back began at
        for _ in range(MAX_MOVES):
            if not births:
                break
            births = _follow(repository, births, scope, each.dataset_id, places[number])
    blobs = {oid for found in places for _, _, oid in found}
    contents = _contents(repository, blobs)
    return [[Older(who, path, contents.get(oid)) for who, path, oid in found] for found in places]


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


def _follow(
    repository: Repository, births: Sequence[str], scope: Scope, dataset_id: str, places: list[tuple[Commit, str, str]]
) -> list[str]:
    """Note the contents of the files that a dataset was moved from, and return the commits those began in."""
    gone = [
        (step.commit, entry)
        for step in deletions(repository, births)
        for entry in step.entries
        if scope.covers(entry.path) and entry.previous_mode.startswith("100")
    ]
    contents = _contents(repository, {entry.previous_id for _, entry in gone})
    may_hold = MayHold(dataset_id)
    further: list[str] = []
    for birth, entry in gone:
        content = contents.get(entry.previous_id)
        if content is None:
            places.append((birth, entry.path, entry.previous_id))  # to be told as what could not be read
            continue
        if not may_hold(content):
            continue
        if any(each.dataset_id == dataset_id for each in read(entry.path, content).contracts):
            steps = walk_files(repository, f"{birth.id}^", {entry.path: entry.previous_id})
            further += _note(steps, entry.path, places)
    return further


def _contents(repository: Repository, blobs: set[str]) -> Mapping[str, bytes]:
    """Return what blobs hold; nothing when the clone lacks any of them, since a partial one lacks most."""
    try:
        return read_blobs(repository.git, sorted(blobs)) if blobs else {}
    except (ObjectMissingError, PartialCloneError):
        return {}
