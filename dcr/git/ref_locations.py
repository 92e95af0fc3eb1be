"""Finds the full name of a ref, whether a working tree has it checked out, and when its files change."""

from __future__ import annotations

import contextlib
import os
from typing import TYPE_CHECKING

from dcr.git.command import create_git_error

if TYPE_CHECKING:
    from dcr.git.repository import Repository

BRANCH_PREFIX = "refs/heads/"
RefSignature = tuple[tuple[int, int, int] | None, ...]


def find_full_name(repository: Repository, name: str) -> str | None:
    """Return the ref that a name stands for, such as `refs/heads/main`. Return None for an object id."""
    if name == "HEAD":
        answer = repository.git.run_unchecked("symbolic-ref", "--quiet", "HEAD")
    else:
        answer = repository.git.run_unchecked("rev-parse", "--symbolic-full-name", "--end-of-options", name)
    found = answer.stdout.decode("utf-8", "surrogateescape").splitlines()
    names = [each for each in found if each.startswith("refs/")]
    return names[0] if answer.exit_code == 0 and names else None


def find_checkout(repository: Repository, ref: str) -> str | None:
    """Return the working tree that has a branch checked out. Return None if there is none."""
    listing = repository.git.run("worktree", "list", "--porcelain").decode("utf-8", "surrogateescape")
    folder = ""
    for line in listing.splitlines():
        if line.startswith("worktree "):
            folder = line.removeprefix("worktree ")
        elif line == f"branch {ref}":
            return folder
    return None


def read_ref_signature(repository: Repository, ref: str | None) -> RefSignature:
    """Return values that change when the ref may have moved: inode, size and time of the files that store it."""
    common = repository.common_dir
    paths = [os.path.join(common, each) for each in ("packed-refs", "HEAD", os.path.join("reftable", "tables.list"))]
    paths.append(os.path.join(repository.git_dir, "HEAD"))
    if ref is not None:
        paths.append(os.path.join(common, ref))
    return tuple(map(_stat, paths))


def read_checkout_signature(repository: Repository) -> RefSignature:
    """Return values that change when a working tree checks out another branch."""
    common = repository.common_dir
    paths = [os.path.join(common, "HEAD"), os.path.join(common, "config"), os.path.join(common, "worktrees")]
    paths.append(os.path.join(common, "reftable", "tables.list"))
    with contextlib.suppress(FileNotFoundError):
        paths += sorted(os.path.join(paths[2], each, "HEAD") for each in os.listdir(paths[2]))
    return tuple(map(_stat, paths))


def resolve_full_name(repository: Repository, ref: str) -> str | None:
    """Return the object that a full ref name points to. Return None if the ref does not exist."""
    answer = repository.git.run_traced("for-each-ref", "--format=%(objectname) %(refname)", ref)
    if answer.exit_code != 0 or answer.stderr:
        raise create_git_error(("for-each-ref",), answer)
    for line in answer.stdout.decode("utf-8", "surrogateescape").splitlines():
        oid, _, name = line.partition(" ")
        if name == ref:
            return oid
    return None


def _stat(path: str) -> tuple[int, int, int] | None:
    try:
        found = os.stat(path)
    except OSError:
        return None
    return found.st_ino, found.st_size, found.st_mtime_ns
