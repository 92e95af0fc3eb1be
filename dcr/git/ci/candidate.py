"""What a service names as the base: a branch, a commit, or a branch and the commit to take in its place."""

from __future__ import annotations

from typing import NamedTuple

from dcr.errors import DcrError


class UnreadableEventError(DcrError):
    """GitHub says that a file describes the event, and it cannot be read."""


class Candidate(NamedTuple):
    """What one variable names as the base.

    `refs` are the refs that `written` may stand for, in order; `commit` is what to take when none of them
    exists, and `commit_source` the variable that holds it.
    """

    source: str
    written: str
    refs: tuple[str, ...] = ()
    commit: str = ""
    commit_source: str = ""


def of_branch(source: str, written: str) -> Candidate:
    """Return a branch that a variable names, bare or with `refs/heads/`: the remote's, or else the local one."""
    name = written.removeprefix("refs/heads/")
    return Candidate(source, name, (f"refs/remotes/origin/{name}", f"refs/heads/{name}"))


def of_commit(source: str, written: str) -> Candidate:
    """Return a commit that a variable names by its id."""
    return Candidate(source, written, commit=written, commit_source=source)


def is_commit(written: str) -> bool:
    """Whether a variable that holds a commit's id names one: services write zeros, or null, where there is none."""
    return written not in ("", "null") and set(written) != {"0"}
