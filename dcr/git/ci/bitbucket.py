"""Bitbucket Pipelines: the destination of a pull request.

Sources: support.atlassian.com, "Variables and secrets" (`BITBUCKET_PR_DESTINATION_BRANCH` and, abbreviated,
`BITBUCKET_PR_DESTINATION_COMMIT`, in pull-request pipelines only) and "Git clone behavior" (a depth of 50, but in
pull-request pipelines, where the destination is merged into the clone).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from dcr.git.ci.base_candidate import BaseCandidate, create_branch_candidate

if TYPE_CHECKING:
    from collections.abc import Mapping

SETTING = "in bitbucket-pipelines.yml: clone: {depth: full}"


def candidate(environment: Mapping[str, str]) -> BaseCandidate | None:
    """Return the branch that the step's variables name, or the commit of it that the service merged."""
    target = environment.get("BITBUCKET_PR_DESTINATION_BRANCH")
    if not target:
        return None
    commit = "BITBUCKET_PR_DESTINATION_COMMIT"
    found = create_branch_candidate("BITBUCKET_PR_DESTINATION_BRANCH", target)
    return found._replace(commit=environment.get(commit, ""), commit_source=commit)
