"""What a service names as the base, and what brings it into the clone when it is not there."""

from __future__ import annotations

from typing import NamedTuple

from dcr.errors import DcrError


class UnreadableEventError(DcrError):
    """GitHub says that a file describes the event, and it cannot be read."""


class Candidate(NamedTuple):
    """What one variable names as the base, and the fetch that would bring it.

    `refs` are the refs that `written` may stand for, in order; `commit` is what to take when none of them
    exists, and `commit_source` the variable that holds it.
    """

    source: str
    written: str
    fix: str
    refs: tuple[str, ...] = ()
    commit: str = ""
    commit_source: str = ""


def of_branch(source: str, written: str, fix: str) -> Candidate:
    """Return a branch that a variable names, bare or with `refs/heads/`: the remote's, or else the local one."""
    name = written.removeprefix("refs/heads/")
    return Candidate(source, name, fix, (f"refs/remotes/origin/{name}", f"refs/heads/{name}"))


def of_commit(source: str, written: str, fix: str) -> Candidate:
    """Return a commit that a variable names by its id."""
    return Candidate(source, written, fix, commit=written, commit_source=source)


def is_commit(written: str) -> bool:
    """Whether a variable that holds a commit's id names one: the services write zeros for "none"."""
    return bool(written) and set(written) != {"0"}


def fetch(branch: str) -> str:
    """Return the command that brings a branch of the remote, with what a shallow clone lacks."""
    name = branch.removeprefix("refs/heads/")
    return f"git fetch --unshallow origin; git fetch origin {name}:refs/remotes/origin/{name}"
