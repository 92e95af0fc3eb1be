"""Bitbucket Pipelines: the destination of a pull request."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dcr.git.ci.candidate import Candidate, fetch, of_branch

if TYPE_CHECKING:
    from collections.abc import Mapping


def candidate(environment: Mapping[str, str]) -> Candidate | None:
    """Return the branch that the step's variables name."""
    target = environment.get("BITBUCKET_PR_DESTINATION_BRANCH")
    fix = f"in bitbucket-pipelines.yml: clone: {{depth: full}}; or {fetch(target or 'main')}"
    return of_branch("BITBUCKET_PR_DESTINATION_BRANCH", target, fix) if target else None
