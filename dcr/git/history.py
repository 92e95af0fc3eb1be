"""The history of a commit's first-parent line: one `git log --raw` tells every change of every path.

The first parents are what a branch really said, commit by commit; what happened inside a merged branch shows
as one step. Git is not asked for renames: what is the same dataset is told by ids, elsewhere.
"""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING, NamedTuple

from dcr.errors import DcrError, UsageError
from dcr.git.changes import ABSENT_MODE
from dcr.git.command import GitFailedError, create_git_error
from dcr.git.objects import FILE_MODE_PREFIX, list_tree
from dcr.policy.scope import SUFFIXES

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from dcr.git.repository import Repository
    from dcr.policy.scope import Scope

_LOG_FORMAT = "--format=%x00%H%x00%P%x00%an%x00%ae%x00%cI%x00%s"
_ID = re.compile(r"[0-9a-f]{40}(?:[0-9a-f]{24})?\Z")
_ENTRY = re.compile(r"\n?:(\d{6}) (\d{6}) ([0-9a-f]{40,64}) ([0-9a-f]{40,64}) [AMDT]\Z")


class ShallowHistoryError(DcrError):
    """The clone lacks the commits that an answer would depend on."""


class Commit(NamedTuple):
    """One commit: `date` is the committer's, ISO 8601 with its offset, since that is when the branch got it.

    It is empty where the commit says none, for which git prints the placeholder that it was asked by. Texts that are
    not UTF-8 hold their bytes as lone surrogates.
    """

    id: str
    author: str
    email: str
    date: str
    subject: str


class PathChange(NamedTuple):
    """One path that a commit changed; a mode of zeros means the path is absent on that side."""

    path: str
    previous_mode: str
    mode: str
    previous_id: str
    id: str

    @property
    def is_file(self) -> bool:
        """Whether the path is a regular file from this commit on."""
        return self.mode.startswith(FILE_MODE_PREFIX)

    @property
    def is_removed(self) -> bool:
        """Whether the path is absent from this commit on."""
        return self.mode == ABSENT_MODE


class LogEntry(NamedTuple):
    """A commit of the line, and what it changed against its first parent."""

    commit: Commit
    entries: tuple[PathChange, ...]


def read_log(repository: Repository, commit: str, scope: Scope) -> list[LogEntry]:
    """Return the steps that touch paths in scope, newest first, each with those of its entries alone.

    In a shallow clone the oldest step holds everything that the clone's first commit has: `repository.shallow`
    tells. Raises `GitFailedError` when the walk is not whole: each step must lead to the next, the last one to
    no other, and all of them together to the commit's own tree.
    """
    folders = create_pathspecs(_list_globs(scope))
    log = _run_log(repository, ("--no-literal-pathspecs",), "--first-parent", "--parents", commit, "--", *folders)
    steps = list(_parse_entries(log, scope, narrowed=bool(folders)))
    _check_tree(steps, {path: oid for path, oid in list_tree(repository.git, commit).items() if scope.covers(path)})
    return [each for each in steps if each.entries]


class FileLogEntry(NamedTuple):
    """A commit that changed some files, and whether it is the first of all, before which there was nothing."""

    commit: Commit
    entries: tuple[PathChange, ...]
    is_root: bool


def read_file_log(repository: Repository, commit: str, files: Mapping[str, str]) -> list[FileLogEntry]:
    """Return the steps that touch some files alone, newest first; `files` are the ids of what the commit has there.

    Costs a tenth of a whole walk, and does not know where a file came from. Raises `GitFailedError` when the steps
    do not lead to what the commit has.
    """
    log = _run_log(repository, (), "--first-parent", commit, "--", *files)
    found = _parse_log(log, files.__contains__)
    steps = [FileLogEntry(each.commit, each.entries, not each.parents) for each in found]
    _check_tree([LogEntry(each.commit, each.entries) for each in steps], dict(files))
    return steps


def list_deletions(repository: Repository, commits: Iterable[str]) -> list[LogEntry]:
    """Return what each of some commits deleted against its first parent."""
    log = _run_log(repository, (), "--no-walk=unsorted", "--diff-filter=D", *commits, "--")
    return [LogEntry(each.commit, each.entries) for each in _parse_log(log, lambda _: True)]


def _run_log(repository: Repository, options: tuple[str, ...], *arguments: str) -> str:
    log = repository.git.run_traced(
        *options,
        "log", "--raw", "-z", "--no-renames", "--no-follow", "--no-abbrev", "--root", "--topo-order",
        "--diff-merges=first-parent", "--no-notes", "--no-ext-diff", "--no-textconv", "--no-relative",
        "--no-mailmap", "--encoding=UTF-8", _LOG_FORMAT, *arguments,
    )  # fmt: skip
    if log.exit_code != 0:
        raise create_git_error(("log",), log)
    return log.stdout.decode("utf-8", "surrogateescape")


def create_pathspecs(globs: Iterable[str]) -> list[str]:
    """Return git's words for the folders that some globs begin with; none when one of them may begin anywhere.

    A glob for all files of one ending is its own word.
    """
    found = []
    for glob in globs:
        if glob.startswith("**/*."):
            found.append(f":(glob){glob}")
            continue
        steps: list[str] = []
        for step in glob.split("/"):
            if "**" in step:
                break
            steps.append(step)
            if "*" in step or "?" in step:
                break
        if not steps:
            return []
        whole = "/".join(steps)
        found.append(f":(glob){whole}" if whole == glob else f":(glob){whole}/**")
    return list(dict.fromkeys(found))


def _list_globs(scope: Scope) -> tuple[str, ...]:
    """Return the globs of all files that a scope looks at."""
    return (*(f"**/*{ending}" for ending in SUFFIXES), *scope.globs) if scope.by_content else scope.globs


def list_first_parents(repository: Repository, commit: str, since: str | None = None) -> list[str]:
    """Return the commits of a branch's own line, newest first; with `since`, those that came after that commit.

    Raises `UsageError` for a `since` that does not lead to the branch's commit.
    """
    after: tuple[str, ...] = ()
    if since is not None:
        if repository.git.run_unchecked("merge-base", "--is-ancestor", since, commit).exit_code != 0:
            message = f"commit {since[:10]} does not lead to {commit[:10]}, so nothing came after it"
            raise UsageError(message, "name a commit that the branch has")
        after = (f"^{since}",)
    listed = repository.git.run("rev-list", "--first-parent", commit, *after, "--")
    return listed.decode("ascii", "replace").split()


def require_full_history(repository: Repository, what: str) -> None:
    """Raise `ShallowHistoryError` when commits are missing that `what` depends on."""
    if repository.is_shallow:
        raise ShallowHistoryError(
            f"this clone is shallow, and {what} needs the whole history", "git fetch --unshallow origin"
        )


def _parse_entries(log: str, scope: Scope, *, narrowed: bool) -> Iterator[LogEntry]:
    """Yield the steps of a log that has no gaps.

    In a walk that is `narrowed` to folders, git names the next commit that touches them as a commit's parent, and
    yet lists merges between the two that touch nothing.
    """
    expected: str | None = None
    for each in _parse_log(log, cache(scope.covers)):
        if each.has_changes or not narrowed:
            if expected is not None and each.commit.id != expected:
                raise _create_gap_error()
            expected = each.parents.partition(" ")[0]
        yield LogEntry(each.commit, each.entries)
    if expected:
        raise _create_gap_error()


class _LogRecord(NamedTuple):
    """One commit of a log, with the entries that are covered; `has_changes` is whether it had any at all."""

    commit: Commit
    parents: str
    entries: tuple[PathChange, ...]
    has_changes: bool


def _parse_log(log: str, covers: Callable[[str], bool]) -> Iterator[_LogRecord]:
    """Yield the commits of a log: each begins with an empty record, and six that say which one, who and when."""
    records = log.split("\0")
    if records.pop():
        raise _create_gap_error()
    at, count = 0, len(records)
    while at < count:
        if records[at] or at + 6 >= count or not _ID.match(records[at + 1]):
            raise _create_gap_error()
        oid, parents, author, email, date, subject = records[at + 1 : at + 7]
        at += 7
        first, entries = at, []
        while at < count and records[at]:
            match = _ENTRY.match(records[at])
            if match is None or at + 1 >= count:
                raise _create_gap_error()
            if covers(records[at + 1]):
                entries.append(PathChange(records[at + 1], *match.groups()))
            at += 2
        commit = Commit(oid, author, email, "" if "%" in date else date.replace("Z", "+00:00"), subject)
        yield _LogRecord(commit, parents, tuple(entries), at > first)


def _check_tree(steps: list[LogEntry], tree: dict[str, str]) -> None:
    """Raise unless the steps, oldest first, go from nothing to a tree without a gap."""
    found: dict[str, tuple[str, str]] = {}
    for step in reversed(steps):
        for path, previous_mode, mode, previous_id, oid in step.entries:
            before = found.pop(path, _ABSENT_PATH)
            if before != (previous_mode, previous_id) and (before is not _ABSENT_PATH or previous_mode != ABSENT_MODE):
                raise _create_gap_error()
            if mode != ABSENT_MODE:
                found[path] = (mode, oid)
    if {path: oid if mode.startswith(FILE_MODE_PREFIX) else "" for path, (mode, oid) in found.items()} != tree:
        raise _create_gap_error()


_ABSENT_PATH = (ABSENT_MODE, "")


def _create_gap_error() -> GitFailedError:
    return GitFailedError("git gave a history with gaps", "run it again; git fsck shows what is wrong")


def read_log_since(repository: Repository, commit: str, since: str, scope: Scope) -> list[LogEntry] | None:
    """Return the commits after `since` that change paths in scope, newest first.

    Return None if `since` is not on the first-parent line of the commit. Raise `GitFailedError` if a commit is missing.
    """
    log = _run_log(repository, (), "--first-parent", "--parents", f"{since}..{commit}", "--")
    entries: list[LogEntry] = []
    expected = commit
    for each in _parse_log(log, cache(scope.covers)):
        if each.commit.id != expected:
            raise _create_gap_error()
        expected = each.parents.partition(" ")[0]
        if each.entries:
            entries.append(LogEntry(each.commit, each.entries))
    return entries if expected == since else None
