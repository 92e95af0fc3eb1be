"""Reads the destination branch of a pull request on Bitbucket Pipelines.

Sources: support.atlassian.com, "Variables and secrets" (`BITBUCKET_PR_DESTINATION_BRANCH` and, abbreviated,
`BITBUCKET_PR_DESTINATION_COMMIT`, in pull-request pipelines only) and "Git clone behavior" (a depth of 50, except
in pull-request pipelines, where the destination is merged into the clone).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from dcr.git.ci.base_candidate import BaseCandidate, create_branch_candidate

if TYPE_CHECKING:
    from collections.abc import Mapping

CLONE_SETTING = "in bitbucket-pipelines.yml: clone: {depth: full}"


def find_base_candidate(environment: Mapping[str, str]) -> BaseCandidate | None:
    """Return the base that the step's variables name, with the commit that the service merged; None if none is set."""
    target = environment.get("BITBUCKET_PR_DESTINATION_BRANCH")
    if not target:
        return None
    commit = "BITBUCKET_PR_DESTINATION_COMMIT"
    candidate = create_branch_candidate("BITBUCKET_PR_DESTINATION_BRANCH", target)
    return candidate._replace(commit=environment.get(commit, ""), commit_source=commit)
