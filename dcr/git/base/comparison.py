"""Settles what is compared with what: the base that was asked for or is found, a commit itself, or nothing."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from dcr.git.base.merge_bases import Base, create_no_merge_base_error
from dcr.git.base.resolution import resolve_base
from dcr.git.changes import INDEX, WORKTREE
from dcr.git.command import create_git_error
from dcr.git.fetch_hints import OBJECT_ID
from dcr.git.policies import find_policy_base
from dcr.git.refs import UnbornHeadError, resolve_commit

if TYPE_CHECKING:
    from dcr.git.repository import Repository


def resolve_base_for_head(repository: Repository, base: str | None, head: str) -> Base:
    """Return what `head` (`worktree`, `index` or a ref) is compared with; None is the usual base.

    The index of a repository in which nothing has been committed yet is compared with nothing: that is the hook of the
    very first commit. Raises as `resolve_base` does.
    """
    commit = None if head in (WORKTREE, INDEX) else resolve_commit(repository, head)
    try:
        return resolve_base(repository, base, commit, lambda at: find_policy_base(repository, at))
    except UnbornHeadError:
        if head != INDEX or base is not None or os.environ.get("DCR_BASE") or has_refs(repository):
            raise
        return create_empty_base(repository)


def find_common_base(repository: Repository, name: str, source: str, commit: str, head: str) -> Base | None:
    """Return the base that two commits make, `name` being what the first is called; None when they share no history.

    Raises a `DcrError` where the clone does not hold what would tell.
    """
    commits = resolve_commit(repository, commit), resolve_commit(repository, head)
    answer = repository.git.run_traced("merge-base", "--all", *commits)
    found = answer.stdout.decode("ascii", "replace").split()
    if answer.exit_code not in (0, 1) or bool(found) is (answer.exit_code == 1) or not all(map(OBJECT_ID.match, found)):
        raise create_git_error(("merge-base",), answer)
    if not found and not repository.is_shallow:
        return None
    if not found:
        raise create_no_merge_base_error(repository, name)
    return Base(name, source, commits[0], found[0], commits[1], tuple(found[1:]))


def resolve_exact_base(
    repository: Repository, name: str, source: str, commit: str, head: str, *, fix: str = ""
) -> Base:
    """Return a commit itself as the base, wherever `head` grew from. Raises `BadRefError` when either is not here."""
    found = resolve_commit(repository, commit, fix)
    return Base(name, source, found, found, resolve_commit(repository, head))


def create_empty_base(repository: Repository, head: str | None = None) -> Base:
    """Return what stands for a base where nothing was published before: the tree that holds nothing.

    Without a commit for a head, there is none yet.
    """
    empty = repository.git.run("hash-object", "-t", "tree", "--stdin", given=b"").decode("ascii", "replace").strip()
    return Base("", "", empty, empty, resolve_commit(repository, head) if head else "")


def has_refs(repository: Repository, *, branches: bool = False) -> bool:
    """Whether there is any ref, or any branch. Raises `GitFailedError` when git does not say so by its exit code."""
    arguments = ("show-ref", "--quiet", *(("--heads",) if branches else ()))
    answer = repository.git.run_traced(*arguments)
    if answer.exit_code not in (0, 1) or answer.stderr:
        raise create_git_error(arguments, answer._replace(exit_code=0 if answer.exit_code == 1 else answer.exit_code))
    return answer.exit_code == 0


def find_first_ref(repository: Repository, below: str) -> str:
    """Return the first ref at or below a name, or nothing. Raises `GitFailedError` for one that is broken."""
    answer = repository.git.run_traced("for-each-ref", "--count=1", "--format=%(refname)", below)
    if answer.exit_code != 0 or answer.stderr:
        raise create_git_error(("for-each-ref",), answer)
    return answer.stdout.decode("utf-8", "surrogateescape").rstrip("\n")
