"""Lists the changed paths between two sides, and all paths of the proposed side."""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING, NamedTuple

from dcr.git.command import Git, GitFailedError, create_git_error, split_records

if TYPE_CHECKING:
    from collections.abc import Container, Iterable, Iterator

    from dcr.git.repository import Repository

SYMLINK_MODE, SUBMODULE_MODE, ABSENT_MODE = "120000", "160000", "000000"
WORKTREE, INDEX = "worktree", "index"


class Change(NamedTuple):
    """A changed path, with the modes and object ids of both sides.

    A mode of zeros means that the path is absent on that side; a proposed id of None means that the content is in the
    working tree.
    """

    path: str
    previous_mode: str
    proposed_mode: str
    previous_id: str
    proposed_id: str | None
    is_unmerged: bool = False

    @property
    def in_previous(self) -> bool:
        """Whether the previous side has the path."""
        return self.previous_mode != ABSENT_MODE

    @property
    def in_proposed(self) -> bool:
        """Whether the proposed side has the path."""
        return self.proposed_mode != ABSENT_MODE


class ChangeSet(NamedTuple):
    """All changes, and the paths of all files on the proposed side."""

    changes: tuple[Change, ...]
    paths: tuple[str, ...]


def list_changes(repository: Repository, merge_base: str, head: str) -> ChangeSet:
    """Return the changes from the merge base to `head`, which is `worktree`, `index` or a commit id."""
    if head == WORKTREE:
        return _list_worktree_changes(repository, merge_base)
    if head == INDEX:
        git = repository.index_git
        raw = _run_raw_diff(git, "diff-index", "--cached", "--ignore-submodules=dirty", merge_base)
        paths = dict.fromkeys(_list_index_paths(git))
    else:
        git = repository.git
        raw = _run_raw_diff(git, "diff-tree", "-r", merge_base, head)
        paths = dict.fromkeys(split_records(git.run("ls-tree", "-r", "-z", "--full-tree", "--name-only", head)))
    changes = parse_raw_changes(raw, worktree=False)
    _check_paths(changes, paths)
    return ChangeSet(tuple(changes), tuple(paths))


def list_commit_changes(repository: Repository, before: str, after: str) -> tuple[Change, ...]:
    """Return the changes from one commit to another."""
    return tuple(parse_raw_changes(_run_raw_diff(repository.git, "diff-tree", "-r", before, after), worktree=False))


def _run_raw_diff(git: Git, command: str, *arguments: str) -> bytes:
    """Return git's raw listing of changes. Raise `GitFailedError` if it does not match the exit code.

    No change is the most frequent result, and must never be the result of a failure.
    """
    full_arguments = (command, "--raw", "-z", "--exit-code", "--no-renames", "--no-abbrev", *arguments)
    result = git.run_traced(*full_arguments)
    if result.exit_code not in (0, 1) or bool(result.stdout) is not (result.exit_code == 1):
        raise create_git_error(
            full_arguments, result._replace(exit_code=0 if result.exit_code == 1 else result.exit_code)
        )
    return result.stdout


def _list_index_paths(git: Git) -> list[str]:
    """Return the paths in the index, one for each entry. An empty listing is read twice."""
    return split_records(git.run("ls-files", "-z", "--cached")) or split_records(git.run("ls-files", "-z", "--cached"))


def _check_paths(changes: Iterable[Change], paths: Container[str]) -> None:
    """Raise `GitFailedError` if a changed path is not among the paths of the proposed side."""
    if any(change.in_proposed and change.path not in paths for change in changes):
        raise GitFailedError(
            "two listings of files by git differ", "run it again, while no other program changes files"
        )


def list_worktree_files(repository: Repository) -> list[str]:
    """Return the paths in the working tree: tracked files that exist, and untracked files that are not ignored."""
    tracked, untracked = _list_tracked_and_untracked(repository)
    deleted = set(split_records(repository.git.run("ls-files", "-z", "--deleted")))
    return [path for path in dict.fromkeys([*tracked, *untracked]) if path not in deleted]


def _list_tracked_and_untracked(repository: Repository) -> tuple[list[str], list[str]]:
    """Return the tracked paths, several times if in conflict, and the untracked ones that are not ignored."""
    listing = split_records(repository.git.run("ls-files", "-z", "-t", "--cached", "--others", "--exclude-standard"))
    untracked = [entry[2:] for entry in listing if entry[0] == "?"]
    tracked = [entry[2:] for entry in listing if entry[0] != "?"]
    if not tracked and _list_index_paths(repository.git):  # git lists them last, so the listing may be truncated
        raise GitFailedError("git returned an incomplete listing of files", "run it again")
    # A nested repository is listed as a folder, and does not belong to this one.
    return tracked, [path for path in untracked if not path.endswith("/")]


def _list_worktree_changes(repository: Repository, merge_base: str) -> ChangeSet:
    git = repository.git._replace(variables={**repository.git.variables, **get_filter_variables(repository)})
    raw = _run_raw_diff(git, "diff-index", "--ignore-submodules=dirty", merge_base)
    found = {change.path: change for change in parse_raw_changes(raw, worktree=True)}
    tracked, untracked = _list_tracked_and_untracked(repository)
    paths = dict.fromkeys(tracked)
    _check_paths(found.values(), paths)
    for path in untracked:
        known = found.get(path)
        mode, oid = (known.previous_mode, known.previous_id) if known else (ABSENT_MODE, "")
        found[path] = Change(path, mode, "100644", oid, None)
        paths[path] = None
    for change in found.values():
        if not change.in_proposed:
            paths.pop(change.path, None)
    return ChangeSet(tuple(found.values()), tuple(paths))


_FILTER_SECTION = re.compile(rb"\[\s*(?:filter|include)", re.IGNORECASE)


def get_filter_variables(repository: Repository) -> dict[str, str]:
    """Return variables that disable the filters of the repository's own configuration."""
    for folder, name in ((repository.common_dir, "config"), (repository.git_dir, "config.worktree")):
        try:
            with open(os.path.join(folder, name), "rb") as file:
                may_define_filters = _FILTER_SECTION.search(file.read()) is not None
        except FileNotFoundError:
            continue
        except OSError:
            may_define_filters = True
        if may_define_filters:
            from dcr.git.config_overrides import get_filter_overrides  # noqa: PLC0415 (few repositories have filters)

            return get_filter_overrides(repository.git)
    return {}


_RAW_ENTRY = r":(\d{6}) (\d{6}) ([0-9a-f]{40,64}) ([0-9a-f]{40,64}) ([A-Z])\d*"  # compiled only if something changed


def parse_raw_entries(raw: bytes) -> Iterator[tuple[str, str, str, str, str, str]]:
    """Yield both modes, both ids, the status and the path of each entry of `git … --raw -z`.

    Raise `GitFailedError` if an entry has another form.
    """
    parts = split_records(raw)
    if len(parts) % 2:
        raise GitFailedError("git returned an incomplete listing of changes", "run it again")
    for header, path in zip(parts[::2], parts[1::2], strict=True):
        match = re.fullmatch(_RAW_ENTRY, header)
        if match is None:
            raise GitFailedError(
                f"git listed a change in an unknown form: '{header[:80]}'", "report it as a bug of dcr"
            )
        before, after, old, new, status = match.groups()
        yield before, after, old, new, status, path


def parse_raw_changes(raw: bytes, *, worktree: bool) -> list[Change]:
    """Return the changes of `git diff-… --raw -z`, one for each path, since git lists a conflict twice."""
    found: dict[str, Change] = {}
    for before, after, old, new, status, path in parse_raw_entries(raw):
        unmerged = status == "U" or (path in found and found[path].is_unmerged)
        proposed = None if worktree and set(new) == {"0"} else new
        if path not in found or (unmerged and status != "U"):
            found[path] = Change(path, before, after, old, proposed, unmerged)
    return list(found.values())
