"""Holds the base that a CI service names: a branch, a commit, or both."""

from __future__ import annotations

from typing import NamedTuple

from dcr.errors import DcrError


class UnreadableEventError(DcrError):
    """The file that describes the GitHub event cannot be read."""


class BaseCandidate(NamedTuple):
    """The base that a variable names.

    `source` is the variable, and `refs` are the refs that its `value` may mean, in order. `commit` is used if none of
    them exists, and `commit_source` is its variable.
    """

    source: str
    value: str
    refs: tuple[str, ...] = ()
    commit: str = ""
    commit_source: str = ""


def create_branch_candidate(source: str, value: str) -> BaseCandidate:
    """Return a candidate for a branch, with or without `refs/heads/`: the remote branch, or else the local one."""
    name = value.removeprefix("refs/heads/")
    return BaseCandidate(source, name, (f"refs/remotes/origin/{name}", f"refs/heads/{name}"))


def create_commit_candidate(source: str, value: str) -> BaseCandidate:
    """Return a candidate for a commit id."""
    return BaseCandidate(source, value, commit=value, commit_source=source)


def is_commit_id(value: str) -> bool:
    """Return whether the value of a commit variable is a commit: services set zeros, or null, if there is none."""
    return value not in ("", "null") and set(value) != {"0"}
