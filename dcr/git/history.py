"""Reads the history of a commit's first-parent line from one `git log --raw`.

The first parents are the states that the branch was in, commit by commit; a merged branch is one entry. Git does not
look for renames: other modules match datasets by id.
"""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING, NamedTuple

from dcr.errors import DcrError, UsageError
from dcr.git.changes import ABSENT_MODE
from dcr.git.command import GitFailedError, create_git_error
from dcr.git.objects import FILE_MODE_PREFIX, list_tree
from dcr.git.ref_names import OBJECT_ID
from dcr.policy.scope import SUFFIXES

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from dcr.git.repository import Repository
    from dcr.policy.scope import Scope

_LOG_FORMAT = "--format=%x00%H%x00%P%x00%an%x00%ae%x00%cI%x00%s"
_RAW_ENTRY = re.compile(r"\n?:(\d{6}) (\d{6}) ([0-9a-f]{40,64}) ([0-9a-f]{40,64}) [AMDT]\Z")
_ABSENT_PATH = (ABSENT_MODE, "")


class ShallowHistoryError(DcrError):
    """The clone is shallow, and the answer depends on the missing commits."""


class Commit(NamedTuple):
    """A commit; `date` is the committer's, in ISO 8601 with its offset, since that is when it came to the branch.

    The date is empty if the commit has none, for which git prints the placeholder of the format. Bytes that are not
    UTF-8 are lone surrogates.
    """

    id: str
    author: str
    email: str
    date: str
    subject: str

    @property
    def day(self) -> str:
        """The date as YYYY-MM-DD in the committer's time zone; `undated` for a commit without a date."""
        return self.date.partition("T")[0] or "undated"


class PathChange(NamedTuple):
    """One path that a commit changed; a mode of zeros means that the path is absent on that side."""

    path: str
    previous_mode: str
    mode: str
    previous_id: str
    id: str

    @property
    def is_file(self) -> bool:
        """Whether the path is a regular file after this commit."""
        return self.mode.startswith(FILE_MODE_PREFIX)

    @property
    def is_removed(self) -> bool:
        """Whether this commit removes the path."""
        return self.mode == ABSENT_MODE


class LogEntry(NamedTuple):
    """A commit of the first-parent line, and its changes against the first parent."""

    commit: Commit
    entries: tuple[PathChange, ...]


class FileLogEntry(NamedTuple):
    """A commit that changed given files; `is_root` is whether it has no parent."""

    commit: Commit
    entries: tuple[PathChange, ...]
    is_root: bool


def read_log(repository: Repository, commit: str, scope: Scope) -> list[LogEntry]:
    """Return the commits that change paths in scope, newest first, each with its changes in scope.

    In a shallow clone (`repository.is_shallow`) the oldest entry adds every file of the clone's first commit. Raise
    `GitFailedError` if the log is incomplete: each commit must be the parent of the one before it, the last one must
    have no parent, and all changes together must result in the commit's own tree.
    """
    pathspecs = create_pathspecs(_list_globs(scope))
    log = _run_log(repository, ("--no-literal-pathspecs",), "--first-parent", "--parents", commit, "--", *pathspecs)
    log_entries = list(_parse_entries(log, scope, has_pathspecs=bool(pathspecs)))
    check_log(repository, commit, scope, log_entries)
    return [entry for entry in log_entries if entry.entries]


def check_log(repository: Repository, commit: str, scope: Scope, log_entries: list[LogEntry]) -> None:
    """Raise `GitFailedError` unless all changes of a log together result in the commit's own tree."""
    tree = list_tree(repository.git, commit)
    _check_tree(log_entries, {path: oid for path, oid in tree.items() if scope.covers(path)})


def read_file_log(repository: Repository, commit: str, files: Mapping[str, str]) -> list[FileLogEntry]:
    """Return the commits that change given files, newest first; `files` maps their paths to their ids in the commit.

    This takes a tenth of the time of `read_log`, and does not follow a file to its former path. Raise `GitFailedError`
    if the changes do not result in the files of the commit.
    """
    log = _run_log(repository, (), "--first-parent", commit, "--", *files)
    records = _parse_log(log, files.__contains__)
    log_entries = [FileLogEntry(record.commit, record.entries, not record.parents) for record in records]
    _check_tree([LogEntry(entry.commit, entry.entries) for entry in log_entries], dict(files))
    return log_entries


def list_deletions(repository: Repository, commits: Iterable[str]) -> list[LogEntry]:
    """Return what each commit deleted against its first parent."""
    log = _run_log(repository, (), "--no-walk=unsorted", "--diff-filter=D", *commits, "--")
    return [LogEntry(record.commit, record.entries) for record in _parse_log(log, lambda _: True)]


def _run_log(repository: Repository, options: tuple[str, ...], *arguments: str) -> str:
    result = repository.git.run_traced(
        *options,
        "log", "--raw", "-z", "--no-renames", "--no-follow", "--no-abbrev", "--root", "--topo-order",
        "--diff-merges=first-parent", "--no-notes", "--no-ext-diff", "--no-textconv", "--no-relative",
        "--no-mailmap", "--encoding=UTF-8", "-O/dev/null", _LOG_FORMAT, *arguments,
    )  # fmt: skip
    if result.exit_code != 0:
        raise create_git_error(("log",), result)
    return result.stdout.decode("utf-8", "surrogateescape")


def create_pathspecs(globs: Iterable[str]) -> list[str]:
    """Return git's pathspecs for the folders that globs start with; empty if a glob matches in any folder.

    A glob for all files with one ending is a pathspec itself.
    """
    pathspecs = []
    for glob in globs:
        if glob.startswith("**/*."):
            pathspecs.append(f":(glob){glob}")
            continue
        parts: list[str] = []
        for part in glob.split("/"):
            if "**" in part:
                break
            parts.append(part)
            if "*" in part or "?" in part:
                break
        if not parts:
            return []
        folder = "/".join(parts)
        pathspecs.append(f":(glob){folder}" if folder == glob else f":(glob){folder}/**")
    return list(dict.fromkeys(pathspecs))


def _list_globs(scope: Scope) -> tuple[str, ...]:
    """Return the globs of all files that may be in scope."""
    return (*(f"**/*{suffix}" for suffix in SUFFIXES), *scope.globs) if scope.by_content else scope.globs


def list_first_parents(repository: Repository, commit: str, since: str | None = None) -> list[str]:
    """Return the commits of the first-parent line, newest first; with `since`, only those after that commit.

    Raise `UsageError` if `since` is not an ancestor of the commit.
    """
    exclusion: tuple[str, ...] = ()
    if since is not None:
        if repository.git.run_unchecked("merge-base", "--is-ancestor", since, commit).exit_code != 0:
            message = f"commit {since[:10]} is not an ancestor of {commit[:10]}"
            raise UsageError(message, "choose a commit of the branch")
        exclusion = (f"^{since}",)
    listing = repository.git.run("rev-list", "--first-parent", commit, *exclusion, "--")
    return listing.decode("ascii", "replace").split()


def find_order(repository: Repository, commit: str, other: str) -> int | None:
    """Return 1 if another commit is a descendant of a commit, -1 if it is an ancestor, and 0 if they are the same.

    None if it is neither, or not in this clone.
    """
    if commit == other:
        return 0
    for order, pair in ((1, (commit, other)), (-1, (other, commit))):
        if repository.git.run_unchecked("merge-base", "--is-ancestor", *pair).exit_code == 0:
            return order
    return None


def require_full_history(repository: Repository, purpose: str) -> None:
    """Raise `ShallowHistoryError` if the clone is shallow; `purpose` is what needs the history."""
    if repository.is_shallow:
        raise ShallowHistoryError(
            f"this clone is shallow, and {purpose} needs the whole history", "run: git fetch --unshallow origin"
        )


def _parse_entries(log: str, scope: Scope, *, has_pathspecs: bool) -> Iterator[LogEntry]:
    """Yield the entries of a log. Raise `GitFailedError` if a commit is missing.

    With pathspecs, git prints the next commit that changes them as a commit's parent, and still lists the merges in
    between that change none of them.
    """
    expected: str | None = None
    for record in _parse_log(log, cache(scope.covers)):
        if record.has_changes or not has_pathspecs:
            if expected is not None and record.commit.id != expected:
                raise _create_gap_error()
            expected = record.parents.partition(" ")[0]
        yield LogEntry(record.commit, record.entries)
    if expected:
        raise _create_gap_error()


class _LogRecord(NamedTuple):
    """A commit of a log with its covered entries; `has_changes` is whether it has any entries at all."""

    commit: Commit
    parents: str
    entries: tuple[PathChange, ...]
    has_changes: bool


def _parse_log(log: str, covers: Callable[[str], bool]) -> Iterator[_LogRecord]:
    """Yield the commits of a log: each starts with an empty field and the six fields of `_LOG_FORMAT`."""
    fields = log.split("\0")
    if fields.pop():
        raise _create_gap_error()
    position, count = 0, len(fields)
    while position < count:
        if fields[position] or position + 6 >= count or not OBJECT_ID.match(fields[position + 1]):
            raise _create_gap_error()
        oid, parents, author, email, date, subject = fields[position + 1 : position + 7]
        position += 7
        first, entries = position, []
        while position < count and fields[position]:
            match = _RAW_ENTRY.match(fields[position])
            if match is None or position + 1 >= count:
                raise _create_gap_error()
            if covers(fields[position + 1]):
                entries.append(PathChange(fields[position + 1], *match.groups()))
            position += 2
        commit = Commit(oid, author, email, "" if "%" in date else date.replace("Z", "+00:00"), subject)
        yield _LogRecord(commit, parents, tuple(entries), position > first)


def _check_tree(log_entries: list[LogEntry], tree: dict[str, str]) -> None:
    """Raise `GitFailedError` unless the changes, oldest first, result in a tree without a gap."""
    state: dict[str, tuple[str, str]] = {}
    for log_entry in reversed(log_entries):
        for path, previous_mode, mode, previous_id, oid in log_entry.entries:
            before = state.pop(path, _ABSENT_PATH)
            if before != (previous_mode, previous_id) and (before is not _ABSENT_PATH or previous_mode != ABSENT_MODE):
                raise _create_gap_error()
            if mode != ABSENT_MODE:
                state[path] = (mode, oid)
    if {path: oid if mode.startswith(FILE_MODE_PREFIX) else "" for path, (mode, oid) in state.items()} != tree:
        raise _create_gap_error()


def _create_gap_error() -> GitFailedError:
    return GitFailedError("git log returned an incomplete history", "run it again; find what is wrong with: git fsck")


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
