"""What differs between the merge-base and the proposed side, and which files that side has."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from dcr.git.command import GitFailedError

if TYPE_CHECKING:
    from dcr.git.repository import Repository

SYMLINK, SUBMODULE, NOTHING = "120000", "160000", "000000"
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
    unmerged: bool = False

    @property
    def in_previous(self) -> bool:
        """Whether the merge-base has the path."""
        return self.previous_mode != NOTHING

    @property
    def in_proposed(self) -> bool:
        """Whether the proposed side has the path."""
        return self.proposed_mode != NOTHING


class ChangeSet(NamedTuple):
    """Everything that differs, and the paths of all files on the proposed side."""

    changes: tuple[Change, ...]
    paths: tuple[str, ...]


def changes_since(repository: Repository, merge_base: str, head: str) -> ChangeSet:
    """Return what differs between the merge-base and `head`: `worktree`, `index`, or a commit id."""
    if head == WORKTREE:
        return _worktree(repository, merge_base)
    if head == INDEX:
        raw = repository.index_git.run(
            "diff-index",
            "--cached",
            "--raw",
            "-z",
            "--no-renames",
            "--no-abbrev",
            "--ignore-submodules=dirty",
            merge_base,
        )
        paths = _names(repository.index_git.run("ls-files", "-z", "--cached"))
        return ChangeSet(tuple(parse_raw(raw, worktree=False)), tuple(dict.fromkeys(paths)))
    raw = repository.git.run("diff-tree", "-r", "--raw", "-z", "--no-renames", "--no-abbrev", merge_base, head)
    paths = _names(repository.git.run("ls-tree", "-r", "-z", "--full-tree", "--name-only", head))
    return ChangeSet(tuple(parse_raw(raw, worktree=False)), paths)


def commit_changes(repository: Repository, before: str, after: str) -> tuple[Change, ...]:
    """Return what differs between two commits."""
    raw = repository.git.run("diff-tree", "-r", "--raw", "-z", "--no-renames", "--no-abbrev", before, after)
    return tuple(parse_raw(raw, worktree=False))


def listed_files(repository: Repository) -> list[str]:
    """Return the paths of the working tree's files: tracked ones that are there, and untracked ones not ignored."""
    listing = _names(repository.git.run("ls-files", "-z", "-t", "--cached", "--others", "--exclude-standard"))
    deleted = set(_names(repository.git.run("ls-files", "-z", "--deleted")))
    paths = dict.fromkeys([entry[2:] for entry in listing])
    return [path for path in paths if path not in deleted and not path.endswith("/")]


def _worktree(repository: Repository, merge_base: str) -> ChangeSet:
    raw = repository.git.run(
        "diff-index", "--raw", "-z", "--no-renames", "--no-abbrev", "--ignore-submodules=dirty", merge_base
    )
    found = {change.path: change for change in parse_raw(raw, worktree=True)}
    listing = _names(repository.git.run("ls-files", "-z", "-t", "--cached", "--others", "--exclude-standard"))
    paths = dict.fromkeys([entry[2:] for entry in listing])  # an unmerged path is listed once for each side
    for path in [entry[2:] for entry in listing if entry[0] == "?"]:
        if path.endswith("/"):  # a repository inside the tree is not this repository's
            del paths[path]
            continue
        known = found.get(path)
        mode, oid = (known.previous_mode, known.previous_id) if known else (NOTHING, "")
        found[path] = Change(path, mode, "100644", oid, None)
    for change in found.values():
        if not change.in_proposed:
            paths.pop(change.path, None)
    return ChangeSet(tuple(found.values()), tuple(paths))


_ENTRY = re.compile(r":(\d{6}) (\d{6}) ([0-9a-f]{40,64}) ([0-9a-f]{40,64}) ([A-Z])\d*\Z")


def parse_raw(raw: bytes, *, worktree: bool) -> list[Change]:
    """Return the entries of `git diff-… --raw -z`. Raises `GitFailedError` for anything that is none."""
    parts = raw.decode("utf-8", "surrogateescape").split("\0")
    if parts[-1] or len(parts) % 2 == 0:
        raise GitFailedError("git gave half a listing of changes", "run it again")
    found: dict[str, Change] = {}
    for facts, path in zip(parts[0:-1:2], parts[1:-1:2], strict=True):
        match = _ENTRY.match(facts)
        if match is None:
            raise GitFailedError(f"git listed a change in a form that is not known: '{facts[:80]}'", "report this")
        before, after, old, new, status = match.groups()
        unmerged = status == "U" or (path in found and found[path].unmerged)
        proposed = None if worktree and set(new) == {"0"} else new
        if unmerged and path in found and status != "U":
            found[path] = Change(path, before, after, old, proposed, unmerged=True)
        elif path not in found:
            found[path] = Change(path, before, after, old, proposed, unmerged)
    return list(found.values())


def _names(listing: bytes) -> tuple[str, ...]:
    return tuple(listing.decode("utf-8", "surrogateescape").split("\0")[:-1])
