"""What differs between the merge-base and the proposed side, and which files that side has."""

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
    """One path that differs: modes and object ids of both sides.

    A mode of zeros means the path is absent on that side; a proposed id of None means the content is in the
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
        """Whether the merge-base has the path."""
        return self.previous_mode != ABSENT_MODE

    @property
    def in_proposed(self) -> bool:
        """Whether the proposed side has the path."""
        return self.proposed_mode != ABSENT_MODE


class ChangeSet(NamedTuple):
    """Everything that differs, and the paths of all files on the proposed side."""

    changes: tuple[Change, ...]
    paths: tuple[str, ...]


def list_changes(repository: Repository, merge_base: str, head: str) -> ChangeSet:
    """Return what differs between the merge-base and `head`: `worktree`, `index`, or a commit id."""
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
    """Return what differs between two commits."""
    return tuple(parse_raw_changes(_run_raw_diff(repository.git, "diff-tree", "-r", before, after), worktree=False))


def _run_raw_diff(git: Git, command: str, *arguments: str) -> bytes:
    """Return a raw listing of changes; git says by its exit code too whether there are any.

    No change at all is the answer that most runs give, and the one that must not come of a fault.
    """
    full = (command, "--raw", "-z", "--exit-code", "--no-renames", "--no-abbrev", *arguments)
    answer = git.run_traced(*full)
    if answer.exit_code not in (0, 1) or bool(answer.stdout) is not (answer.exit_code == 1):
        raise create_git_error(full, answer._replace(exit_code=0 if answer.exit_code == 1 else answer.exit_code))
    return answer.stdout


def _list_index_paths(git: Git) -> list[str]:
    """Return the paths of the index, one for each of its entries."""
    return split_records(git.run("ls-files", "-z", "--cached")) or split_records(git.run("ls-files", "-z", "--cached"))


def _check_paths(changes: Iterable[Change], paths: Container[str]) -> None:
    """Two listings of one side must fit: what was changed there is there."""
    if any(each.in_proposed and each.path not in paths for each in changes):
        raise GitFailedError(
            "git gave two listings that do not fit", "run it again, once no other program changes files"
        )


def list_worktree_files(repository: Repository) -> list[str]:
    """Return the paths of the working tree's files: tracked ones that are there, and untracked ones not ignored."""
    tracked, untracked = _list_tracked_and_untracked(repository)
    deleted = set(split_records(repository.git.run("ls-files", "-z", "--deleted")))
    return [path for path in dict.fromkeys([*tracked, *untracked]) if path not in deleted]


def _list_tracked_and_untracked(repository: Repository) -> tuple[list[str], list[str]]:
    """Return the tracked paths, once for each side of a conflict, and the untracked ones that are not ignored."""
    listing = split_records(repository.git.run("ls-files", "-z", "-t", "--cached", "--others", "--exclude-standard"))
    untracked = [entry[2:] for entry in listing if entry[0] == "?"]
    tracked = [entry[2:] for entry in listing if entry[0] != "?"]
    if not tracked and _list_index_paths(repository.git):  # it lists them last, so a listing without any may be cut
        raise GitFailedError("git gave half a listing of files", "run it again")
    # A repository inside the tree, which is listed as a folder, is not this repository's.
    return tracked, [path for path in untracked if not path.endswith("/")]


def _list_worktree_changes(repository: Repository, merge_base: str) -> ChangeSet:
    git = repository.git._replace(variables={**repository.git.variables, **_get_filter_overrides(repository)})
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


def _get_filter_overrides(repository: Repository) -> dict[str, str]:
    """Return variables that turn off what the repository's own configuration would have git run on a file."""
    for folder, name in ((repository.common_dir, "config"), (repository.git_dir, "config.worktree")):
        try:
            with open(os.path.join(folder, name), "rb") as file:
                suspicious = _FILTER_SECTION.search(file.read()) is not None
        except FileNotFoundError:
            continue
        except OSError:
            suspicious = True
        if suspicious:
            from dcr.git.config_overrides import get_filter_overrides  # noqa: PLC0415 (few repositories have any)

            return get_filter_overrides(repository.git)
    return {}


_RAW_ENTRY = r":(\d{6}) (\d{6}) ([0-9a-f]{40,64}) ([0-9a-f]{40,64}) ([A-Z])\d*"  # compiled where something changed


def parse_raw_entries(raw: bytes) -> Iterator[tuple[str, str, str, str, str, str]]:
    """Yield both modes, both ids, status and path of each entry of `git … --raw -z`.

    Raises `GitFailedError` for anything that is no entry.
    """
    parts = split_records(raw)
    if len(parts) % 2:
        raise GitFailedError("git gave half a listing of changes", "run it again")
    for facts, path in zip(parts[::2], parts[1::2], strict=True):
        match = re.fullmatch(_RAW_ENTRY, facts)
        if match is None:
            raise GitFailedError(f"git listed a change in a form that is not known: '{facts[:80]}'", "report this")
        before, after, old, new, status = match.groups()
        yield before, after, old, new, status, path


def parse_raw_changes(raw: bytes, *, worktree: bool) -> list[Change]:
    """Return the changes of `git diff-… --raw -z`, one to a path: a conflict is listed twice."""
    found: dict[str, Change] = {}
    for before, after, old, new, status, path in parse_raw_entries(raw):
        unmerged = status == "U" or (path in found and found[path].is_unmerged)
        proposed = None if worktree and set(new) == {"0"} else new
        if path not in found or (unmerged and status != "U"):
            found[path] = Change(path, before, after, old, proposed, unmerged)
    return list(found.values())
