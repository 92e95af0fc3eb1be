"""Keeps the revisions of all datasets at one commit between runs, so that the next run reads no log and no facts."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING, Any, NamedTuple

from dcr.git.cache_file import CacheFile
from dcr.git.history import Commit
from dcr.registry.history.cache import READERS
from dcr.registry.history.facts import DatasetFacts
from dcr.registry.history.replay import ReplayResult, UnreadableVersion

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from dcr.git.repository import Repository
    from dcr.policy.scope import Scope

_FORMAT_VERSION = 1

_PACKAGES = (*READERS, "policy", "git/history.py")
"""The packages and modules that decide which revisions a history has."""


class _Terms(NamedTuple):
    """What few revisions of a dataset change."""

    status: str
    owners: tuple[tuple[str, str | None], ...]
    freshness: tuple[int | None, str | None] | None
    deprecation_uri: str | None
    format: str
    alias_of: str | None


class ReplayCache:
    """The kept revisions of one repository, for one commit and scope."""

    def __init__(self, repository: Repository, commit: str, scope: Scope) -> None:
        self._file = CacheFile(repository.common_dir, "history", _FORMAT_VERSION, _PACKAGES)
        self._key = [commit, list(scope.globs), list(scope.exclude), scope.by_content]

    def find(self) -> ReplayResult | None:
        """Return the revisions, or None if those of another commit or scope are kept, or the file is invalid."""
        entries = self._file.load()
        if entries.get("key") != self._key:
            return None
        try:
            return _decode(entries["history"])
        except (AttributeError, IndexError, KeyError, TypeError, ValueError):
            return None

    def save(self, result: ReplayResult) -> None:
        """Replace what is kept. The revisions must not depend on the current date."""
        if self._file.is_enabled:
            self._file.save({"key": self._key, "history": _encode(result)})


class _Numbers:
    """Numbers values in the order in which they are first seen."""

    def __init__(self) -> None:
        self._numbers: dict[Any, int] = {}

    def get(self, value: Any) -> int:
        return self._numbers.setdefault(value, len(self._numbers))

    def list_values(self) -> list[Any]:
        return list(self._numbers)


def _encode(result: ReplayResult) -> dict[str, Any]:
    """Return a result as columns, with a row for each revision of each dataset."""
    commits, paths, terms = _Numbers(), _Numbers(), _Numbers()
    rows = []
    for revisions in result.revisions.values():
        for commit, path, blob, facts in revisions:
            version, digest, number = None, None, None
            if facts is not None:
                _, version, status, digest, owners, freshness, uri, name, alias_of = facts
                number = terms.get(_Terms(status, owners, freshness, uri, name, alias_of))
            rows.append((commits.get(commit), paths.get(path), blob, version, digest, number))
    unreadable = [
        [commits.get(version.commit), paths.get(version.path), version.message, version.datasets]
        for version in result.unreadable
    ]
    numbers = {id(version): number for number, version in enumerate(result.unreadable)}
    return {
        "datasets": [[dataset_id, len(revisions)] for dataset_id, revisions in result.revisions.items()],
        "columns": list(zip(*rows, strict=True)) or [[]] * 6,
        "source_files": result.source_files,
        "unreadable": unreadable,
        "still_unreadable": [numbers[id(version)] for version in result.still_unreadable],
        "commits": commits.list_values(),
        "paths": paths.list_values(),
        "terms": terms.list_values(),
    }


def _decode(entries: Any) -> ReplayResult:
    """Return the result of some columns. Raise `ValueError`, or an error of a lookup, if they have another form."""
    commits = [Commit(*values) for values in entries["commits"]]
    paths = entries["paths"]
    terms = [
        _Terms(status, tuple([(team, contact) for team, contact in owners]), freshness and tuple(freshness), *others)
        for status, owners, freshness, *others in entries["terms"]
    ]
    rows = zip(*entries["columns"], strict=True)
    revisions = {
        dataset_id: list(_decode_revisions(dataset_id, islice(rows, count), commits, paths, terms))
        for dataset_id, count in entries["datasets"]
    }
    unreadable = [
        UnreadableVersion(commits[commit], paths[path], message, tuple(datasets))
        for commit, path, message, datasets in entries["unreadable"]
    ]
    still_unreadable = [unreadable[number] for number in entries["still_unreadable"]]
    return ReplayResult(revisions, dict(entries["source_files"]), unreadable, still_unreadable)


def _decode_revisions(
    dataset_id: str, rows: Iterable[Any], commits: list[Commit], paths: list[str], terms: list[_Terms]
) -> Iterator[tuple[Commit, str, str, DatasetFacts | None]]:
    for commit, path, blob, version, digest, number in rows:
        facts = None
        if number is not None:
            status, owners, freshness, uri, name, alias_of = terms[number]
            facts = DatasetFacts(dataset_id, version, status, digest, owners, freshness, uri, name, alias_of)
        yield commits[commit], paths[path], blob, facts
