"""Reads which merge or rebase is in progress."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from dcr.git.command import GitFailedError
from dcr.git.ref_names import OBJECT_ID

if TYPE_CHECKING:
    from dcr.git.repository import Repository

_MAX_BYTES = 1 << 16
_HEAD_VARIABLE = "GITHEAD_"
_REBASE_FOLDERS = ("rebase-merge", "rebase-apply")


def read_merge_heads(repository: Repository) -> tuple[str, ...]:
    """Return the commits that the merge in progress merges into HEAD; empty if no merge is in progress.

    This runs no process. The hook `pre-merge-commit` runs before git writes `MERGE_HEAD`; there `git merge` sets a
    variable for each commit. Raise `GitFailedError` if the file contains no commit.
    """
    content = _read_git_file(repository, "MERGE_HEAD")
    if content is None:
        names = (name.removeprefix(_HEAD_VARIABLE) for name in os.environ if name.startswith(_HEAD_VARIABLE))
        return tuple(name for name in names if OBJECT_ID.match(name))
    commits = tuple(content.split())
    if not commits or not all(map(OBJECT_ID.match, commits)):
        raise GitFailedError("MERGE_HEAD contains no commit id", "run: git merge --abort, then merge again")
    return commits


def find_rebase_target(repository: Repository, ref: str) -> str | None:
    """Return the commit that a branch is being rebased onto; None if no rebase of that branch is in progress.

    Raise `GitFailedError` if the target of the rebase is unknown.
    """
    for folder in _REBASE_FOLDERS:
        name = _read_git_file(repository, os.path.join(folder, "head-name"))
        if name is None:
            continue
        if name not in (ref, f"refs/heads/{ref}"):
            return None
        target = _read_git_file(repository, os.path.join(folder, "onto"))
        if target is None or not OBJECT_ID.match(target):
            raise GitFailedError(
                f"a rebase of '{ref}' is in progress, and its target commit is unknown", "run: git rebase --abort"
            )
        return target
    return None


def _read_git_file(repository: Repository, name: str) -> str | None:
    """Return the text of a file in the worktree's own git directory; None if it does not exist."""
    try:
        with open(os.path.join(repository.git_dir, name), "rb") as file:
            return file.read(_MAX_BYTES).decode("utf-8", "surrogateescape").strip()
    except FileNotFoundError:
        return None
    except OSError as error:
        reason = (error.strerror or "unknown").lower()
        raise GitFailedError(
            f"'{name}' in the git directory cannot be read: {reason}", "check its permissions"
        ) from error
