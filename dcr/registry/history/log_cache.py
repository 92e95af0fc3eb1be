"""Keeps the git log of one scope between runs, so that git lists only the commits since the last run.

A commit determines its first-parent line, and so its log: the stored log is that of the same commit, or it is carried
over from the newest commit that both lines share. A shallow clone has another log for the same commit, so nothing is
kept for it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dcr.git.cache_file import CacheFile
from dcr.git.changes import ABSENT_MODE
from dcr.git.command import GitFailedError
from dcr.git.history import Commit, LogEntry, PathChange, check_log, read_log, read_log_since

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from dcr.git.repository import Repository
    from dcr.policy.scope import Scope

_FORMAT_VERSION = 2

_MODULES = ("git/history.py", "policy/scope.py", "registry/history/log_cache.py")
"""The modules that decide what a log contains."""


def read_kept_log(repository: Repository, commit: str, scope: Scope) -> tuple[list[LogEntry], bool]:
    """Return what `read_log` returns, and whether it is kept. Only one log is, that of the newest commit."""
    cache = _open_cache(repository)
    if repository.is_shallow or not cache.is_enabled:
        return read_log(repository, commit, scope), False
    tip, known = _load(cache, scope)
    if known is not None and tip == commit:
        return known, True
    log, is_older = _carry_over(repository, commit, scope, tip, known) if known is not None and tip else (None, False)
    if log is None:
        log = read_log(repository, commit, scope)
    if not is_older:
        cache.save(
            {"commit": commit, "scope": _build_key(scope), "log": _encode(log)}
        )  # begins as find_kept_log expects
    return log, not is_older


def find_kept_log(repository: Repository, commit: str, scope: Scope) -> list[LogEntry] | None:
    """Return what `read_log` returns if it is kept for this commit, without a command of git."""
    cache = _open_cache(repository)
    if repository.is_shallow or not cache.may_begin_with(f'{{"commit":"{commit}"'):
        return None
    tip, known = _load(cache, scope)
    return known if tip == commit else None


def _open_cache(repository: Repository) -> CacheFile:
    return CacheFile(repository.common_dir, "log", _FORMAT_VERSION, _MODULES)


def _load(cache: CacheFile, scope: Scope) -> tuple[str | None, list[LogEntry] | None]:
    """Return the commit of the kept log and the log, if it is one of this scope."""
    stored = cache.load()
    tip = stored.get("commit") if stored.get("scope") == _build_key(scope) else None
    return (tip, _decode(stored.get("log"))) if isinstance(tip, str) else (None, None)


def _build_key(scope: Scope) -> list[object]:
    return [list(scope.globs), list(scope.exclude), scope.by_content]


def _carry_over(
    repository: Repository, commit: str, scope: Scope, tip: str, known: list[LogEntry]
) -> tuple[list[LogEntry] | None, bool]:
    """Return the log of a commit, from that of another one, and whether the commit is older than that.

    The log is None if the first-parent lines of the two do not meet, or if git cannot list what is between them.
    """
    try:
        shared = repository.git.run("merge-base", tip, commit).decode("ascii", "replace").strip()
        undone = [] if shared == tip else read_log_since(repository, tip, shared, scope)
        added = [] if shared == commit else read_log_since(repository, commit, shared, scope)
        if undone is None or added is None or undone != known[: len(undone)]:
            return None, False
        log = [*added, *known[len(undone) :]]
        check_log(repository, commit, scope, log)
    except GitFailedError:
        return None, False
    return log, shared == commit


def _encode(log: Sequence[LogEntry]) -> dict[str, Any]:
    """Return a log as columns, oldest first. What a change replaces is known from the changes before it."""
    oldest_first = log[::-1]
    commits = [entry.commit for entry in oldest_first]
    changes = [change for entry in oldest_first for change in entry.entries]
    people, paths, modes = (
        {value: number for number, value in enumerate(dict.fromkeys(values))}
        for values in (
            ((commit.author, commit.email) for commit in commits),
            (change.path for change in changes),
            (change.mode for change in changes),
        )
    )
    return {
        "people": list(people),
        "paths": list(paths),
        "modes": list(modes),
        "commits": [
            [commit.id, people[commit.author, commit.email], commit.date, commit.subject] for commit in commits
        ],
        "counts": [len(entry.entries) for entry in oldest_first],
        "changed_paths": [paths[change.path] for change in changes],
        "changed_modes": [modes[change.mode] for change in changes],
        "ids": [change.id for change in changes],
    }


def _decode(columns: Any) -> list[LogEntry] | None:
    """Return the log of some columns, newest first, or None if they have another form."""
    try:
        people = [(author, email) for author, email in columns["people"]]
        commits = [
            Commit(oid, people[person][0], people[person][1], date, subject)
            for oid, person, date, subject in columns["commits"]
        ]
        paths, modes, ids = columns["paths"], columns["modes"], columns["ids"]
        changed_paths, changed_modes = columns["changed_paths"], columns["changed_modes"]
        changes = _decode_changes([paths[number] for number in changed_paths], [modes[n] for n in changed_modes], ids)
        log: list[LogEntry] = []
        start = 0
        for commit, count in zip(commits, columns["counts"], strict=True):
            log.append(LogEntry(commit, tuple(changes[start : start + count])))
            start += count
    except (KeyError, IndexError, TypeError, ValueError):
        return None
    log.reverse()
    return log


def _decode_changes(paths: Iterable[str], modes: Iterable[str], ids: Sequence[str]) -> list[PathChange]:
    absent = (ABSENT_MODE, "0" * len(ids[0])) if ids else ("", "")
    state: dict[str, tuple[str, str]] = {}
    changes = []
    for path, mode, oid in zip(paths, modes, ids, strict=True):
        previous_mode, previous_id = state.get(path, absent)
        changes.append(PathChange(path, previous_mode, mode, previous_id, oid))
        state[path] = (mode, oid)
    return changes
