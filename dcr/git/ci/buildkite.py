"""Buildkite: the base branch of a pull request."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dcr.git.ci.candidate import Candidate, fetch, of_branch

if TYPE_CHECKING:
    from collections.abc import Mapping


def candidate(environment: Mapping[str, str]) -> Candidate | None:
    """Return the branch that the job's variables name; outside a pull request its number is the word false."""
    if environment.get("BUILDKITE_PULL_REQUEST", "false") == "false":
        return None
    target = environment.get("BUILDKITE_PULL_REQUEST_BASE_BRANCH")
    return of_branch("BUILDKITE_PULL_REQUEST_BASE_BRANCH", target, fetch(target)) if target else None
