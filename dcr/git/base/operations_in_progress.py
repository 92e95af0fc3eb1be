"""What git is in the middle of: a merge that is about to be committed, or a rebase of the base branch itself."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from dcr.git.command import GitFailedError
from dcr.git.fetch_hints import OBJECT_ID

if TYPE_CHECKING:
    from dcr.git.repository import Repository

_MAX_BYTES = 1 << 16
_HEAD_VARIABLE = "GITHEAD_"
_REBASE_FOLDERS = ("rebase-merge", "rebase-apply")


def read_merge_heads(repository: Repository) -> tuple[str, ...]:
    """Return the commits that a merge under way brings into HEAD; none where no merge is under way.

    Files and variables say so, and no process is run. The hook `pre-merge-commit` runs before git writes `MERGE_HEAD`;
    there `git merge` names each commit in a variable of its own. Raise `GitFailedError` for a file that names none.
    """
    written = _read_git_file(repository, "MERGE_HEAD")
    if written is None:
        named = (name.removeprefix(_HEAD_VARIABLE) for name in os.environ if name.startswith(_HEAD_VARIABLE))
        return tuple(each for each in named if OBJECT_ID.match(each))
    commits = tuple(written.split())
    if not commits or not all(map(OBJECT_ID.match, commits)):
        raise GitFailedError(
            "MERGE_HEAD names no commit, so what is being merged is not known", "git merge --abort, then merge again"
        )
    return commits


def find_rebase_target(repository: Repository, ref: str) -> str | None:
    """Return the commit that a branch is being rebased onto; None where no rebase of that branch is under way.

    Raise `GitFailedError` for a rebase that does not say where it goes.
    """
    for folder in _REBASE_FOLDERS:
        name = _read_git_file(repository, os.path.join(folder, "head-name"))
        if name is None:
            continue
        if name not in (ref, f"refs/heads/{ref}"):
            return None
        onto = _read_git_file(repository, os.path.join(folder, "onto"))
        if onto is None or not OBJECT_ID.match(onto):
            raise GitFailedError(
                f"a rebase of '{ref}' is under way, and the commit it goes onto is not known", "git rebase --abort"
            )
        return onto
    return None


def _read_git_file(repository: Repository, name: str) -> str | None:
    """Return the text of a file of the worktree's own git folder, or None where it is absent."""
    try:
        with open(os.path.join(repository.git_dir, name), "rb") as file:
            return file.read(_MAX_BYTES).decode("utf-8", "surrogateescape").strip()
    except FileNotFoundError:
        return None
    except OSError as error:
        reason = (error.strerror or "unknown").lower()
        raise GitFailedError(f"'{name}' of the git folder cannot be read: {reason}", "check its permissions") from error
