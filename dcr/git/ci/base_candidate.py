"""What a service names as the base: a branch, a commit, or a branch and the commit to take in its place."""

from __future__ import annotations

from typing import NamedTuple

from dcr.errors import DcrError


class UnreadableEventError(DcrError):
    """GitHub says that a file describes the event, and it cannot be read."""


class BaseCandidate(NamedTuple):
    """What one variable names as the base.

    `refs` are the refs that `value` may stand for, in order; `commit` is what to take when none of them
    exists, and `commit_source` the variable that holds it.
    """

    source: str
    value: str
    refs: tuple[str, ...] = ()
    commit: str = ""
    commit_source: str = ""


def create_branch_candidate(source: str, written: str) -> BaseCandidate:
    """Return a branch that a variable names, bare or with `refs/heads/`: the remote's, or else the local one."""
    name = written.removeprefix("refs/heads/")
    return BaseCandidate(source, name, (f"refs/remotes/origin/{name}", f"refs/heads/{name}"))


def create_commit_candidate(source: str, written: str) -> BaseCandidate:
    """Return a commit that a variable names by its id."""
    return BaseCandidate(source, written, commit=written, commit_source=source)


def is_commit_id(written: str) -> bool:
    """Whether a variable that holds a commit's id names one: services write zeros, or null, where there is none."""
    return written not in ("", "null") and set(written) != {"0"}
