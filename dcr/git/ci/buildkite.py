"""Buildkite: the base branch of a pull request or merge queue, and the pipeline's default branch.

Source: buildkite.com/docs, "Environment variables" (`BUILDKITE_PULL_REQUEST` is the word `false` outside one).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from dcr.git.ci.base_candidate import BaseCandidate, create_branch_candidate, create_commit_candidate

if TYPE_CHECKING:
    from collections.abc import Mapping

SETTING = ""  # what is missing is fetched in the step's command: agents keep their clones between builds


def candidate(environment: Mapping[str, str]) -> BaseCandidate | None:
    """Return the branch or commit that the job's variables name."""
    target = environment.get("BUILDKITE_PULL_REQUEST_BASE_BRANCH")
    if target and environment.get("BUILDKITE_PULL_REQUEST", "false") != "false":
        return create_branch_candidate("BUILDKITE_PULL_REQUEST_BASE_BRANCH", target)
    queued_on = environment.get("BUILDKITE_MERGE_QUEUE_BASE_COMMIT")
    if queued_on:
        return create_commit_candidate("BUILDKITE_MERGE_QUEUE_BASE_COMMIT", queued_on)
    default = environment.get("BUILDKITE_PIPELINE_DEFAULT_BRANCH")
    if default and environment.get("BUILDKITE_BRANCH") != default:
        return create_branch_candidate("BUILDKITE_PIPELINE_DEFAULT_BRANCH", default)
    return None
