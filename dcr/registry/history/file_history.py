"""Reads the older texts of single files, and follows files through renames without reading the whole history."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, NamedTuple

from dcr.formats import read_content
from dcr.git.cache_folder import find_cache_folder
from dcr.git.command import PartialCloneError
from dcr.git.history import FileLogEntry, list_deletions, read_file_log
from dcr.git.objects import ObjectMissingError, read_blobs
from dcr.registry.history.facts import create_dataset_filter

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from dcr.git.history import Commit, PathChange
    from dcr.git.repository import Repository
    from dcr.policy.scope import Scope

MAX_RENAMES = 20


class OlderText(NamedTuple):
    """An older text of a dataset's file. `content` is None if the clone does not have it."""

    commit: Commit
    path: str
    content: bytes | None


class FileTexts(NamedTuple):
    """The older texts of a dataset's file, newest first. `commit` is the one that wrote its current text, if known."""

    commit: Commit | None
    older: list[OlderText]


class FileQuery(NamedTuple):
    """A dataset and its source file. `blob` is the id of the file's content in the newest commit."""

    dataset_id: str
    path: str
    blob: str


def read_older_texts(
    repository: Repository, commit: str, scope: Scope, queries: Sequence[FileQuery]
) -> list[FileTexts]:
    """Return the older texts of each query's file, newest first.

    A file that was renamed within one commit is followed to its old path. This takes one git command for all files,
    unless the log of the commit is kept, one more if there is anything to read, and two more for each rename.
    """
    files = {query.path: query.blob for query in queries}
    log = find_kept_file_log(repository, commit, scope, files)
    if log is None:
        log = read_file_log(repository, commit, files)
    tracker = _RenameTracker(repository, scope)
    versions = [tracker.list_versions(log, query) for query in queries]
    older_versions = [file_versions[1:] for file_versions in versions]  # the newest version is the query's own
    contents = _read_contents(repository, {oid for file_versions in older_versions for _, _, oid in file_versions})
    texts: dict[tuple[str, str, str], OlderText] = {}
    for version_commit, path, oid in (version for file_versions in older_versions for version in file_versions):
        texts.setdefault((version_commit.id, path, oid), OlderText(version_commit, path, contents.get(oid)))
    return [
        FileTexts(
            file_versions[0][0] if file_versions else None,
            [texts[version_commit.id, path, oid] for version_commit, path, oid in file_versions[1:]],
        )
        for file_versions in versions
    ]


def find_kept_file_log(
    repository: Repository, commit: str, scope: Scope, files: Mapping[str, str]
) -> list[FileLogEntry] | None:
    """Return what `read_file_log` returns if the log of the scope is kept for the commit and contains the files.

    The oldest commit of that log counts as a root: no file in scope existed before it that could have been renamed.
    """
    folder = find_cache_folder()
    if folder is None or not os.path.isdir(folder):
        return None
    from dcr.registry.history.log_cache import find_kept_log  # noqa: PLC0415 (most checks keep nothing)

    log = find_kept_log(repository, commit, scope) or []
    selected = [(entry, tuple(change for change in entry.entries if change.path in files)) for entry in log]
    newest = {change.path: change.id for _, changes in reversed(selected) for change in changes}
    if newest != files:
        return None
    return [FileLogEntry(entry.commit, changes, entry is log[-1]) for entry, changes in selected if changes]


def _collect_versions(log: Sequence[FileLogEntry], path: str, versions: list[tuple[Commit, str, str]]) -> list[str]:
    """Append the versions of a path, newest first. Return the commits that added the path and may have renamed it."""
    additions = []
    for entry in log:
        for change in entry.entries:
            if change.path == path and change.is_file:
                versions.append((entry.commit, path, change.id))
                if not change.previous_id.strip("0") and not entry.is_root:
                    additions.append(entry.commit.id)
    return additions


class _RenameTracker:
    """Follows files through renames. Results for one dataset are kept for the others."""

    def __init__(self, repository: Repository, scope: Scope) -> None:
        self._repository, self._scope = repository, scope
        self._deleted_files: dict[tuple[str, ...], list[tuple[Commit, PathChange, bytes | None]]] = {}
        self._dataset_ids: dict[tuple[str, str], frozenset[str]] = {}
        self._earlier_logs: dict[tuple[str, str], list[FileLogEntry]] = {}

    def list_versions(self, log: Sequence[FileLogEntry], query: FileQuery) -> list[tuple[Commit, str, str]]:
        """Return the commits, paths and blobs of the texts of a dataset's file, newest first."""
        versions: list[tuple[Commit, str, str]] = []
        additions = _collect_versions(log, query.path, versions)
        for _ in range(MAX_RENAMES):
            if not additions:
                break
            additions = self._follow_renames(additions, query.dataset_id, versions)
        return versions

    def _follow_renames(
        self, additions: Sequence[str], dataset_id: str, versions: list[tuple[Commit, str, str]]
    ) -> list[str]:
        """Append the versions of the files that a dataset was moved from. Return the commits that added those files."""
        may_define = create_dataset_filter(dataset_id)
        earlier_additions: list[str] = []
        for commit, change, content in self._list_deleted(additions):
            if content is None:
                versions.append((commit, change.path, change.previous_id))  # reported as unreadable
            elif may_define(content) and dataset_id in self._read_dataset_ids(change, content):
                key = (commit.id, change.path)
                if key not in self._earlier_logs:
                    files = {change.path: change.previous_id}
                    self._earlier_logs[key] = read_file_log(self._repository, f"{commit.id}^", files)
                earlier_additions += _collect_versions(self._earlier_logs[key], change.path, versions)
        return earlier_additions

    def _list_deleted(self, commits: Sequence[str]) -> list[tuple[Commit, PathChange, bytes | None]]:
        key = tuple(commits)
        if key not in self._deleted_files:
            deleted = [
                (entry.commit, change)
                for entry in list_deletions(self._repository, commits)
                for change in entry.entries
                if self._scope.covers(change.path) and change.previous_mode.startswith("100")
            ]
            contents = _read_contents(self._repository, {change.previous_id for _, change in deleted})
            self._deleted_files[key] = [
                (commit, change, contents.get(change.previous_id)) for commit, change in deleted
            ]
        return self._deleted_files[key]

    def _read_dataset_ids(self, change: PathChange, content: bytes) -> frozenset[str]:
        key = (change.path, change.previous_id)
        if key not in self._dataset_ids:
            contracts = read_content(change.path, content).contracts
            self._dataset_ids[key] = frozenset(contract.dataset_id for contract in contracts)
        return self._dataset_ids[key]


def _read_contents(repository: Repository, blobs: set[str]) -> Mapping[str, bytes]:
    """Return the contents of some blobs, or an empty mapping if the clone lacks one: a partial clone lacks most."""
    try:
        return read_blobs(repository.git, sorted(blobs)) if blobs else {}
    except (ObjectMissingError, PartialCloneError):
        return {}
